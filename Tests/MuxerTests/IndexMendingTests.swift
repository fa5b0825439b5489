import Testing
import Timing
import Wire

@testable import Muxer

/// Sidecars that are torn in the middle: what the torn records listed is there all the same.
@Suite struct IndexMendingTests {
    static let header = IndexHeader(
        container: .fmp4, formats: [SyntheticStream.h264], initialization: [1, 2, 3])

    /// Twelve parts, each fourth independent, and where their records end.
    static func sidecar() -> (bytes: [UInt8], parts: [IndexedPart], ends: [Int]) {
        var output = ByteWriter()
        var writer = IndexWriter(header, into: &output)
        var (parts, ends, offset) = ([IndexedPart](), [output.count], UInt64(3))
        for number in 0..<12 as Range<Int64> {
            let part = IndexedPart(
                offset: offset, byteCount: UInt32(1_000 + number),
                start: .seconds(-1) + .milliseconds(number * 200), duration: .milliseconds(200),
                isIndependent: number % 4 == 0)
            writer.append(part, into: &output)
            parts.append(part)
            ends.append(output.count)
            offset = part.end
        }
        return (output.bytes, parts, ends)
    }

    static func mended(_ bytes: [UInt8], upTo end: UInt64 = .max) throws -> [IndexedPart] {
        var reader = try IndexReader(bytes.span.bytes)
        var parts: [IndexedPart] = []
        reader.forEachMendedPart(upTo: end) { parts.append($0) }
        return parts
    }

    @Test func `a whole one is read as it is`() throws {
        let (bytes, parts, _) = Self.sidecar()
        #expect(try Self.mended(bytes) == parts)
        #expect(try Self.mended(bytes + Array("\u{7F}whole\r\n".utf8)) == parts)
        #expect(try Self.mended(bytes, upTo: parts[7].end) == Array(parts[...7]))
        #expect(try Self.mended(bytes, upTo: parts[7].end - 1) == Array(parts[..<7]))
        #expect(try Self.mended(bytes, upTo: 0) == [])
    }

    @Test(arguments: [1, 5, 10], [1, 2, 3])
    func
        `torn records' parts come as one, from the last whole one's end to the next one's beginning`(
            first: Int, count: Int
        ) throws
    {
        let (whole, parts, ends) = Self.sidecar()
        var bytes = whole
        for place in ends[first]..<ends[min(first + count, 12)] { bytes[place] = 0 }
        let found = try Self.mended(bytes)
        guard first + count < 12 else {
            #expect(
                found == Array(parts[..<first]), "behind the last whole record nothing is known")
            return
        }
        let torn = IndexedPart(
            offset: parts[first].offset,
            byteCount: UInt32(parts[first + count].offset - parts[first].offset),
            start: parts[first].start, duration: .milliseconds(Int64(count) * 200),
            isIndependent: false)
        #expect(found == Array(parts[..<first]) + [torn] + Array(parts[(first + count)...]))
    }

    @Test func `of the first parts' times nothing is known, of their octets all`() throws {
        let (whole, parts, ends) = Self.sidecar()
        var bytes = whole
        bytes[ends[0] + 5] ^= 1
        let found = try Self.mended(bytes)
        #expect(found.count == 12 && found[0].offset == 3 && found[0].end == parts[1].offset)
        #expect(found[0].isIndependent && found[0].duration == .zero)
        #expect(found[0].start == parts[1].start)
    }

    @Test
    func `whatever octet is flipped, no octet of the file is passed over, and no part comes twice`()
        throws
    {
        let (whole, parts, ends) = Self.sidecar()
        for place in ends[0]..<whole.count {
            var bytes = whole
            bytes[place] ^= 0x40
            let found = try Self.mended(bytes)
            #expect(found.first?.offset == 3)
            for (part, next) in zip(found, found.dropFirst()) { #expect(part.end == next.offset) }
            let isLast = place >= ends[11]
            #expect(found.last?.end == parts[isLast ? 10 : 11].end, "\(place)")
        }
    }
}
