import Codecs
import Testing
import Timing
import Wire

@testable import Muxer

/// The index: what was written is read, and of a torn one all that is whole.
@Suite struct IndexTests {
    static func formats() throws -> [TrackFormat] {
        [
            SyntheticStream.h264, .h265(parameterSets: [[0x40, 1, 2]], framing: .startCodes),
            try aac(), .opus(channelCount: 2), .mp3(sampleRate: 44_100), .vp8(nil),
            .vp8(VP8KeyframeHeader(width: 640, height: 360)), .vp9(nil),
            .vp9(VP9KeyframeHeader(profile: 2, width: 65_536, height: 1)),
            .av1(sequenceHeader: [0x0A, 1, 2]), .av1(sequenceHeader: []),
            .g711(isALaw: true, sampleRate: 8_000, channelCount: 1),
        ]
    }

    static let parts: [IndexedPart] = (0..<5).map { (index: Int) -> IndexedPart in
        let start = Interval.milliseconds(Int64(index) * 200 - 300)
        return IndexedPart(
            offset: UInt64(index) << 33, byteCount: UInt32.max - UInt32(index), start: start,
            duration: .milliseconds(200), isIndependent: index % 2 == 0)
    }

    /// An index, and where its records end.
    static func sidecar(
        _ formats: [TrackFormat]
    ) throws -> (header: IndexHeader, bytes: [UInt8], ends: [Int]) {
        let header = IndexHeader(
            container: .mp4, formats: formats, wallClock: 1_700_000_000_000_000_001,
            origin: .seconds(-3), initialization: [1, 2, 3])
        var output = ByteWriter()
        var writer = IndexWriter(header, into: &output)
        var ends = [output.count]
        for part in parts {
            writer.append(part, into: &output)
            ends.append(output.count)
        }
        #expect(writer.byteCount == UInt64(output.count))
        return (header, output.bytes, ends)
    }

    /// What is read of an index, `nil` without its header.
    static func read(_ bytes: [UInt8]) -> (header: IndexHeader, parts: [IndexedPart], end: Int)? {
        do throws(ParseError) {
            var reader = try IndexReader(bytes.span.bytes)
            let parts = reader.readParts()
            #expect(reader.isWhole == (reader.byteCount == bytes.count))
            return (reader.header, parts, reader.byteCount)
        } catch { return nil }
    }

    static func sidecar() throws -> (header: IndexHeader, bytes: [UInt8], ends: [Int]) {
        try sidecar(Array(try formats().prefix(Container.trackLimit)))
    }

    @Test func `what was written is read`() throws {
        let formats = try Self.formats()
        for some in [Array(formats.prefix(8)), Array(formats.suffix(8)), []] {
            let (header, bytes, _) = try Self.sidecar(some)
            let found = try #require(Self.read(bytes))
            #expect(found.header == header)
            #expect(found.parts == Self.parts)
            #expect(found.end == bytes.count)
        }
    }

    @Test func `an index cut anywhere is read up to its last whole record`() throws {
        let (_, bytes, ends) = try Self.sidecar()
        for count in 0..<bytes.count {
            let found = Self.read(Array(bytes[..<count]))
            let whole = ends.count { $0 <= count }
            #expect(found?.parts.count == (whole == 0 ? nil : whole - 1))
            #expect(found?.end == (whole == 0 ? nil : ends[whole - 1]))
        }
    }

    @Test func `a flipped bit ends the reading before its record`() throws {
        let (_, bytes, ends) = try Self.sidecar()
        for index in bytes.indices {
            for bit in 0..<8 {
                var torn = bytes
                torn[index] ^= 1 << bit
                let intact = ends.count { $0 <= index }
                let found = Self.read(torn)
                #expect(found?.parts == (intact == 0 ? nil : Array(Self.parts[..<(intact - 1)])))
            }
        }
    }

    @Test func `the last part is read of an index's end alone, wherever that begins`() throws {
        let (_, bytes, ends) = try Self.sidecar()
        let place = ends[ends.count - 2]
        for start in 0...bytes.count {
            let found = IndexReader.lastPart(of: Array(bytes[start...]).span.bytes)
            #expect(found == (start <= place ? Self.parts.last : nil))
        }
        for index in place..<bytes.count {
            var torn = bytes
            torn[index] ^= 1
            #expect(IndexReader.lastPart(of: torn.span.bytes) == nil)
            #expect(IndexReader.lastPart(of: Array(bytes[..<index]).span.bytes) != Self.parts.last)
        }
    }

    @Test func `blocks that never reached the disk are no records`() throws {
        let (_, bytes, ends) = try Self.sidecar()
        let torn = bytes[..<ends[2]] + [UInt8](repeating: 0, count: 4_096)
        #expect(Self.read(Array(torn))?.parts.count == 2)
        #expect(Self.read([UInt8](repeating: 0, count: 4_096)) == nil)
    }

    @Test func `an index that grows is read on from where it ended`() throws {
        let (header, bytes, ends) = try Self.sidecar()
        let rest = Array(bytes[ends[2]...])
        var reader = IndexReader(rest.span.bytes, continuing: header)
        #expect(reader.readParts() == Array(Self.parts[2...]))
        var output = ByteWriter()
        var writer = IndexWriter(continuing: UInt64(ends[4]))
        writer.append(Self.parts[4], into: &output)
        #expect(output.bytes == Array(bytes[ends[4]...]))
    }

    @Test func `what samples a part holds is told for the tables of a plain movie`() throws {
        let clip = Clip(keyframeSeconds: 1, audio: try aac(), seconds: 2)
        let samples = clip.samples()
        let file = try SegmentPartsTests.record(samples, clip.formats, .mp4)
        var reader = try IndexReader(file.index.span.bytes)
        var counts = [0, 0]
        var keyframes: UInt32 = 0
        while let part = reader.next() {
            var runs = reader.runs
            var octets: UInt32 = 0
            while !runs.isAtEnd {
                let run = try runs.next()
                if octets == 0 { octets = run.dataOffset }
                #expect(run.dataOffset == octets)
                counts[run.track] += run.sampleCount
                keyframes += UInt32(run.keyframes.byteCount / 4)
                var sizes = ByteReader(run.sizes)
                while !sizes.isAtEnd { octets += try sizes.readUInt32() }
            }
            #expect(octets == part.byteCount, "the samples' octets end the part")
        }
        #expect(counts == [0, 1].map { track in samples.count { $0.sample.track == track } })
        #expect(keyframes == 2)
    }

    @Test(arguments: [
        (Int64.max, Int64(0)), (.min, 0), (1 << 62, 0), (0, 1 << 60), (0, .min),
    ])
    func `times that sums of would overflow are refused`(wallClock: Int64, origin: Int64) {
        var output = ByteWriter()
        let header = IndexHeader(
            container: .fmp4, formats: [], wallClock: wallClock,
            origin: Interval(nanoseconds: origin))
        _ = IndexWriter(header, into: &output)
        #expect(throws: ParseError.invalid(field: "wall clock", at: 10)) {
            _ = try IndexReader(output.bytes.span.bytes).header
        }
    }

    static let impossible: [(field: String, formats: [TrackFormat])] = [
        ("track count", Array(repeating: .opus(channelCount: 2), count: 9)),
        ("track count", Array(repeating: .mp3(sampleRate: 48_000), count: 255)),
        ("sample rate", [.mp3(sampleRate: 0)]),
        ("sample rate", [.g711(isALaw: true, sampleRate: 0xFFFF_FFFF, channelCount: 1)]),
    ]

    /// Whoever reads it may count tracks and reckon with rates.
    @Test(arguments: impossible.indices)
    func `what no file of ours holds is refused, whatever its checksum says`(row: Int) throws {
        let (field, formats) = Self.impossible[row]
        var output = ByteWriter()
        _ = IndexWriter(IndexHeader(container: .mpegts, formats: formats), into: &output)
        let error = #expect(throws: ParseError.self) {
            _ = try IndexReader(output.bytes.span.bytes).header
        }
        guard case .invalid(field, _)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }
}
