import Codecs
import Testing
import Timing
import Wire

@testable import Muxer

@Suite struct WebMTests {
    /// An element of a file, read without the writer's help.
    struct Element {
        let id: UInt32
        let content: [UInt8]
        var children: [Element] { Element.parse(content) ?? [] }
        var number: Int { content.reduce(0) { $0 << 8 | Int($1) } }

        /// Reads elements until the octets end; `nil` when they end within one. A segment without a
        /// length reaches to the end.
        static func parse(_ bytes: [UInt8]) -> [Element]? {
            var elements: [Element] = []
            var offset = 0
            func take(keepingMark: Bool) -> UInt64? {
                guard offset < bytes.count, bytes[offset] > 0 else { return nil }
                let length = bytes[offset].leadingZeroBitCount + 1
                guard offset + length <= bytes.count else { return nil }
                var value = UInt64(bytes[offset])
                if !keepingMark { value &= (1 << UInt64(8 - length)) - 1 }
                for octet in bytes[(offset + 1)..<(offset + length)] {
                    value = value << 8 | UInt64(octet)
                }
                offset += length
                return value
            }
            while offset < bytes.count {
                guard let id = take(keepingMark: true), let size = take(keepingMark: false) else {
                    return nil
                }
                let end = size == 1 << 56 - 1 ? bytes.count : offset + Int(clamping: size)
                guard end <= bytes.count else { return nil }
                elements.append(
                    Element(id: UInt32(id), content: Array(bytes[offset..<end])))
                offset = end
            }
            return elements
        }
    }

    struct Block: Hashable {
        var track: Int
        var milliseconds: Int
        var isKeyframe: Bool
        var payload: [UInt8]
    }

    /// Every block of a file, as far as its clusters are whole.
    static func blocks(of bytes: [UInt8]) -> [Block]? {
        guard let top = Element.parse(bytes), top.count == 2, top[0].id == 0x1A45_DFA3,
            let inner = Element.parse(top[1].content)
        else { return nil }
        return inner.filter { $0.id == 0x1F43_B675 }.flatMap { blocks(in: $0) }
    }

    /// The blocks of one cluster.
    static func blocks(in cluster: Element) -> [Block] {
        let parts = cluster.children
        return parts.dropFirst().map { block in
            let octets = block.content
            let relative = Int16(bitPattern: UInt16(octets[1]) << 8 | UInt16(octets[2]))
            return Block(
                track: Int(octets[0] & 0x7F), milliseconds: parts[0].number + Int(relative),
                isKeyframe: octets[3] & 0x80 != 0, payload: Array(octets[4...]))
        }
    }

    /// A camera's VP8 with Opus: what is no key frame begins with an odd octet.
    static func clip(seconds: Int = 4, seed: UInt64 = 1) -> (
        samples: [SourceSample], formats: [TrackFormat]
    ) {
        var source = SyntheticStream(seed: seed)
        var clip = Clip(keyframeSeconds: 1, audio: .opus(channelCount: 2), seconds: seconds)
        clip.start = .seconds(5_000)
        let samples = clip.samples(seed: seed).map { sample in
            guard sample.sample.track == 0 else { return sample }
            let head: [UInt8] =
                sample.sample.isKeyframe
                ? [0x10, 2, 0, 0x9D, 1, 0x2A, 0x40, 1, 0xB4, 0] : [0x11, 0, 0]
            return SourceSample(sample: sample.sample, payload: head + source.octets(200))
        }
        return (samples, [.vp8(nil), .opus(channelCount: 2)])
    }

    @Test
    func `in a cluster no block is earlier than the one before, however late sound is handed in`()
        throws
    {
        let (samples, formats) = Self.clip()
        // As of a jitter buffer that holds sound back for a tenth of a second.
        let late = samples.enumerated().sorted { left, right in
            func place(_ sample: Sample) -> Int64 {
                sample.decodeTime.nanoseconds + (sample.track == 1 ? 100_000_000 : 0)
            }
            return (place(left.element.sample), left.offset)
                < (place(right.element.sample), right.offset)
        }.map(\.element)
        let file = try SegmentPartsTests.record(late, formats, .webm)
        let top = try #require(Element.parse(file.bytes))
        let clusters = try #require(Element.parse(top[1].content)).filter { $0.id == 0x1F43_B675 }
        try #require(clusters.count > 10)
        for cluster in clusters {
            let times = cluster.children.dropFirst().map { block in
                Int16(bitPattern: UInt16(block.content[1]) << 8 | UInt16(block.content[2]))
            }
            #expect(times == times.sorted())
        }
        for (part, next) in zip(file.parts, file.parts.dropFirst()) {
            #expect(part.start + part.duration == next.start, "parts' durations make one line")
        }
        let blocks = try #require(Self.blocks(of: file.bytes))
        #expect(Set(blocks.map(\.payload)) == Set(samples.map(\.payload)))
    }

    @Test func `samples come out as they went in, to the millisecond`() throws {
        let (samples, formats) = Self.clip()
        let file = try SegmentPartsTests.record(samples, formats, .webm)
        let found = try #require(Self.blocks(of: file.bytes))
        #expect(found.count == samples.count)
        for (block, source) in zip(found, samples) {
            #expect(block.track == source.sample.track + 1)
            #expect(block.payload == source.payload)
            #expect(block.isKeyframe == source.sample.isKeyframe)
            let time = (source.sample.presentationTime - .seconds(5_000)).seconds * 1_000
            #expect(abs(Double(block.milliseconds) - time) <= 0.5)
        }
    }

    @Test func `any cut between clusters is a whole file, any other loses only its cluster`() throws
    {
        let (samples, formats) = Self.clip(seconds: 2)
        let file = try SegmentPartsTests.record(samples, formats, .webm)
        let all = try #require(Self.blocks(of: file.bytes))
        for part in file.parts {
            let cut = try #require(Self.blocks(of: Array(file.bytes[..<Int(part.end)])))
            #expect(cut == Array(all[..<cut.count]))
            #expect(Self.blocks(of: Array(file.bytes[..<(Int(part.end) - 1)])) == nil)
        }
    }

    @Test func `a key frame of another size begins a file`() throws {
        var (samples, formats) = Self.clip()
        for index in samples.indices where samples[index].sample.isKeyframe {
            guard samples[index].sample.track == 0,
                samples[index].sample.decodeTime >= .seconds(5_002)
            else { continue }
            samples[index].payload[6] = 0x80
        }
        let files = try SegmentPartsTests.files(samples, formats, .webm)
        #expect(files.count == 2)
        let counts = try files.map { try #require(Self.blocks(of: $0.bytes)).count }
        #expect(counts.reduce(0, +) == samples.count)
    }

    @Test func `what a container cannot hold is refused in one line that names another`() throws {
        let opus = TrackFormat.opus(channelCount: 2)
        let rows: [([TrackFormat], Container, Container?)] = [
            ([.vp8(nil), opus], .mpegts, .webm), ([.vp8(nil), opus], .mp4, .webm),
            ([SyntheticStream.h264, opus], .webm, .fmp4),
            ([.av1(sequenceHeader: []), opus], .mpegts, .fmp4),
            ([.g711(isALaw: false, sampleRate: 8_000, channelCount: 1)], .mpegts, .fmp4),
            ([.vp8(nil), try aac()], .webm, nil),
        ]
        for (formats, container, nearest) in rows {
            #expect(container.nearest(for: formats) == nearest)
            let track = try #require(formats.firstIndex { !container.holds($0) })
            #expect(
                throws: MuxerError.cannotHold(
                    track: track, codec: formats[track].name, in: container, nearest: nearest)
            ) { _ = try SegmentWriter(formats, container: container) }
        }
        let error = MuxerError.cannotHold(track: 0, codec: "VP8", in: .mpegts, nearest: .webm)
        #expect(error.description == "MPEG-TS cannot hold VP8 (track 0): WebM can")
        for container in Container.allCases {
            #expect(container.nearest(for: [opus]) == container)
        }
    }
}
