import Muxer
import Testing
import Timing
import Wire

@testable import Recording

/// Indexes that are torn in their middle or at their head: what is in a file is not cut off for that.
@Suite struct TornIndexRecoveryTests {
    private static let path = "/r/cam_19700101_000000.mp4"
    private static let dates: [Int64] = [1_700_000_000_000_000_000, 1_700_000_000_960_000_000]

    private static func header(_ wallClock: Int64 = dates[0]) -> IndexHeader {
        IndexHeader(
            container: .fmp4, formats: [StampedStream.format], wallClock: wallClock,
            initialization: (0..<3000).map { UInt8(truncatingIfNeeded: $0) })
    }

    /// An index of ten parts of 1000 octets, and where its records end, the header's first.
    private static func index(_ header: IndexHeader = header()) -> (bytes: [UInt8], ends: [Int]) {
        var output = ByteWriter()
        var writer = IndexWriter(header, into: &output)
        var ends = [output.count]
        for number in 0..<10 {
            let part = IndexedPart(
                offset: 3000 + UInt64(number) * 1000, byteCount: 1000,
                start: .milliseconds(Int64(number) * 200), duration: .milliseconds(200),
                isIndependent: number % 5 == 0)
            writer.append(part, into: &output)
            ends.append(output.count)
        }
        return (output.bytes, ends)
    }

    private static func disk(_ index: [UInt8]) -> ModelDisk {
        let disk = ModelDisk()
        disk.put(path, header().initialization + [UInt8](repeating: 0x47, count: 10_000))
        disk.put(path + ".index", index)
        return disk
    }

    /// The parts that readers find.
    private static func parts(on disk: ModelDisk) throws -> [IndexedPart] {
        let bytes = try #require(disk.bytes(path + ".index"))
        var reader = try IndexReader(bytes.span.bytes)
        var parts: [IndexedPart] = []
        reader.forEachMendedPart(upTo: 13_000) { parts.append($0) }
        return parts
    }

    @Test(arguments: [Int64.max, -1], [0, 1, 4, 8])
    func `what lies behind a torn record stays, whether power was lost or not`(
        boot: Int64, record: Int
    ) throws {
        var (bytes, ends) = Self.index()
        for place in ends[record]..<ends[record] + 8 { bytes[place] = 0 }
        let disk = Self.disk(bytes)
        let report = Recovery(storage: disk, folder: "/r", bootSeconds: boot).run()
        #expect(report == .of(files: 1, mended: 1))
        #expect(disk.bytes(Self.path)?.count == 13_000)
        let parts = try Self.parts(on: disk)
        #expect(parts.first?.offset == 3000 && parts.last?.end == 13_000)
        #expect(Recovery(storage: disk, folder: "/r").run() == .of(files: 1))
    }

    @Test func `a hole in what a torn record listed ends the file before it`() throws {
        var (bytes, ends) = Self.index()
        for place in ends[2]..<ends[3] { bytes[place] = 0 }
        let disk = Self.disk(bytes)
        var octets = try #require(disk.bytes(Self.path))
        for place in 5200..<8192 { octets[place] = 0 }
        disk.put(Self.path, octets)
        #expect(Recovery(storage: disk, folder: "/r").run().mended == 1)
        #expect(disk.bytes(Self.path)?.count == 5000, "two parts")
        #expect(try Self.parts(on: disk).map(\.end) == [4000, 5000])
    }

    @Test func `a torn last record is cut with its part, for nothing behind it vouches for that`()
        throws
    {
        var (bytes, ends) = Self.index()
        for place in ends[9]..<ends[9] + 8 { bytes[place] = 0 }
        let disk = Self.disk(bytes)
        #expect(Recovery(storage: disk, folder: "/r").run().cutBytes == 1000)
        #expect(try Self.parts(on: disk).count == 9)
    }

    /// When a file's date is certain its index's head is written again: nothing but the date and the
    /// checksum behind it is another, and these lie in two sectors.
    @Test(arguments: [512, 1024, 2048], [false, true])
    func `a loss of power while the head is written again loses no part`(
        sectors: Int, isReversed: Bool
    ) throws {
        let (old, ends) = Self.index(Self.header(Self.dates[0]))
        let (new, _) = Self.index(Self.header(Self.dates[1]))
        try #require(ends[0] > 2048)
        let (first, rest) = isReversed ? (old, new) : (new, old)
        let torn = Array(first[..<sectors] + rest[sectors..<ends[0]] + old[ends[0]...])
        #expect(throws: ParseError.self) { _ = try IndexReader(torn.span.bytes).header }
        let disk = Self.disk(torn)
        #expect(Recovery(storage: disk, folder: "/r").run() == .of(files: 1, mended: 1))
        #expect(try Self.parts(on: disk).count == 10)
        let bytes = try #require(disk.bytes(Self.path + ".index"))
        let header = try IndexReader(bytes.span.bytes).header
        #expect(header == Self.header(isReversed ? Self.dates[0] : Self.dates[1]))
        #expect(Recovery(storage: disk, folder: "/r").run() == .of(files: 1))
    }

    @Test func `a head of which more is torn than its date is not believed, and all stays`() throws
    {
        let (bytes, ends) = Self.index()
        for place in [2, 4, 8, 9, 26, ends[0] - 1200] {
            var torn = bytes
            torn[place] ^= 0x40
            let disk = Self.disk(torn)
            let before = try #require(disk.bytes(Self.path))
            #expect(Recovery(storage: disk, folder: "/r").run().unexplained.count == 1)
            let isSame = disk.bytes(Self.path) == before
            #expect(isSame, "octet \(place)")
        }
    }
}
