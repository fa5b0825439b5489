import Testing
import Timing
import Wire

@testable import Muxer

/// What a crash leaves of a growing file, wherever it cuts: all parts that were whole, for anybody.
/// A transport stream's cuts are in `TransportPrefixTests`.
@Suite struct EveryPrefixTests {
    @Test(arguments: [Container.fmp4, .mp4, .webm])
    func `a cut at any octet leaves the parts before it, for libavformat as for us`(
        container: Container
    ) throws {
        let (samples, formats) = try Self.clip(container)
        let file = try SegmentPartsTests.record(samples, formats, container)
        let ends = file.parts.map { Int($0.end) }
        let head = try #require(IndexTests.read(file.index)?.header.headerByteCount)
        try #require(ends.count > 8)
        // Where whole elements end, found without the index.
        let borders = try #require(Self.borders(of: file.bytes, container))
        var seen = -1
        for count in head...file.bytes.count {
            let last = try #require(borders.last { $0 <= count })
            let listed = ends.last { $0 <= count } ?? head
            try #require(last == listed)
            guard last != seen else { continue }
            seen = last
            guard last > head else { continue }
            let found = try LibavDemuxer(
                Array(file.bytes[..<last]), format: container == .webm ? "matroska" : "mov")
            let kept = try Self.payloads(Array(file.bytes[..<last]), container)
            #expect(kept.count == found.packets.count)
            #expect(kept.sorted() == found.packets.map { Self.key($0.payload) }.sorted())
            #expect(kept == Array(try Self.payloads(file.bytes, container)[..<kept.count]))
        }
        #expect(seen == file.bytes.count)
        #expect(try Self.payloads(file.bytes, container).count == samples.count)
    }

    private static func clip(
        _ container: Container
    ) throws -> ([SourceSample], [TrackFormat]) {
        guard container != .webm else { return WebMTests.clip(seconds: 2) }
        let clip = Clip(
            videoBitrate: 60_000, keyframeSeconds: 1, audio: .opus(channelCount: 2),
            audioBitrate: 16_000, seconds: 2)
        return (clip.samples(), clip.formats)
    }

    /// Ends of what a reader can take as a whole: the header, and each part behind it.
    private static func borders(of bytes: [UInt8], _ container: Container) -> [Int]? {
        var borders: [Int] = []
        if container == .webm {
            guard let segment = WebMTests.Element.parse(bytes)?.last else { return nil }
            var offset = bytes.count - segment.content.count
            for element in segment.children {
                // An identifier of four octets or, of what fills up, one; a length of four.
                offset += (element.id > 0xFF ? 8 : 5) + element.content.count
                let isWhole = [ElementID.tracks, .cluster].contains { $0.rawValue == element.id }
                if isWhole { borders.append(offset) }
            }
        } else {
            guard let boxes = BoxTree.parse(bytes) else { return nil }
            let ends = boxes.dropFirst().map(\.offset) + [bytes.count]
            for (box, end) in zip(boxes, ends) where ["moov", "mdat"].contains(box.type) {
                borders.append(end)
            }
        }
        return borders
    }

    /// Every sample's octets in the order they lie in the file.
    private static func payloads(_ bytes: [UInt8], _ container: Container) throws -> [UInt64] {
        if container == .webm {
            return try #require(WebMTests.blocks(of: bytes)).map { key($0.payload) }
        }
        return try #require(movieSamples(of: bytes)).map { key($0.payload) }
    }

    /// Octets told apart by one number (FNV-1a).
    private static func key(_ bytes: [UInt8]) -> UInt64 {
        bytes.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    }
}
