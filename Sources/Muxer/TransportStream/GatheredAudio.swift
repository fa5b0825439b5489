import Codecs
import Timing
import Wire

/// Audio frames waiting for their packet, each with the header the stream wants before it.
struct GatheredAudio {
    private struct Start {
        var offset: Int
        let time: Interval
    }

    private var queue = ByteWriter()
    private var starts: [Start] = []
    private var oldest = Interval.zero

    /// Where the frame after the last one begins; `nil` when nothing has been gathered yet.
    private(set) var end: Interval?

    /// How long the last frame lasted.
    private(set) var frameDuration = Interval.zero

    var byteCount: Int { queue.count }

    /// When the first frame that begins in the next `count` octets is heard.
    func start(within count: Int) -> Interval? {
        guard let first = starts.first, first.offset < count else { return nil }
        return first.time
    }

    /// Whether the next octets are a frame's first ones.
    var beginsWithFrame: Bool { starts.first?.offset == 0 }

    /// How long the oldest octets have waited once the next frame has come as well.
    var spanWithNext: Interval {
        guard let end, queue.count > 0 else { return .zero }
        return end + frameDuration - oldest
    }

    /// Hands the next `count` octets over; `removeFirst` then forgets them.
    func append(first count: Int, to cutter: inout PacketCutter) {
        cutter.append(queue.bytes.span.bytes.extracting(0..<count))
    }

    /// How long the oldest octets will have waited at `time`.
    func age(at time: Interval) -> Interval { queue.count > 0 ? time - oldest : .zero }

    /// Takes one frame, which lasts `duration`.
    mutating func append(
        _ payload: RawSpan, format: TrackFormat, at time: Interval, lasting duration: Interval
    ) {
        let offset = queue.count
        switch format {
        case .aac(let configuration):
            ADTSHeader(configuration, payloadByteCount: payload.byteCount)?.write(to: &queue)
        case .opus:
            Self.writeControlHeader(payloadByteCount: payload.byteCount, to: &queue)
        case .h264, .h265, .mp3, .vp8, .vp9, .av1, .g711:
            break
        }
        queue.write(payload)
        if offset == 0 { oldest = time }
        starts.append(Start(offset: offset, time: time))
        (frameDuration, end) = (duration, time + duration)
    }

    /// Forgets the first `count` octets, which have been written.
    mutating func removeFirst(_ count: Int) {
        queue.removeFirst(count)
        var begun = 0
        while begun < starts.count, starts[begun].offset < count { begun += 1 }
        if begun > 0 { oldest = starts[begun - 1].time }
        if let next = starts.dropFirst(begun).first, next.offset == count { oldest = next.time }
        starts.removeFirst(begun)
        for index in starts.indices { starts[index].offset -= count }
        if queue.count == 0 { end = nil }
    }

    /// The Opus access unit's control header: eleven bits of prefix, no trims, then the size in
    /// octets of 255 and a rest (the mapping of Opus into MPEG-2 transport streams, §3.2.1).
    private static func writeControlHeader(
        payloadByteCount: Int, to output: inout ByteWriter
    ) {
        output.write(UInt16(0x7FE0))
        output.write(repeating: 0xFF, count: payloadByteCount / 255)
        output.write(UInt8(payloadByteCount % 255))
    }
}
