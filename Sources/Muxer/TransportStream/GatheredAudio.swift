import Codecs
import Timing
import Wire

/// Audio frames waiting for their packet, each with the header the stream wants before it.
struct GatheredAudio {
    private struct Start {
        var offset: Int
        let time: Interval
    }

    /// What stands before each frame, made once for the track.
    private enum Head {
        /// ADTS, as for a frame of no octets.
        case adts(UInt64)
        case opus
        case none
    }

    private let format: TrackFormat
    private let head: Head
    /// How long each frame lasts, where they all last the same.
    private let fixedDuration: Interval?
    private var queue = ByteWriter()
    private var starts: [Start] = []
    /// When the octets that have waited longest are heard; `nil` when none wait.
    private(set) var oldest: Interval?

    /// Where the frame after the last one begins; `nil` when nothing has been gathered yet.
    private(set) var end: Interval?

    /// How long the last frame lasted.
    private(set) var frameDuration = Interval.zero

    init(_ format: TrackFormat) {
        self.format = format
        switch format {
        case .aac(let configuration):
            var writer = ByteWriter()
            ADTSHeader(configuration, payloadByteCount: 0)?.write(to: &writer)
            head = .adts(writer.bytes.reduce(0) { $0 << 8 | UInt64($1) })
            fixedDuration = .samples(
                configuration.samplesPerFrame, rate: configuration.sampleRate)
        case .opus: (head, fixedDuration) = (.opus, nil)
        case .h264, .h265, .vp8, .vp9, .av1, .mp3, .g711: (head, fixedDuration) = (.none, nil)
        }
    }

    /// Whether frames are not to be cut where packets end: Opus, whose frames' headers readers look
    /// for within one PES packet.
    var isKeptWhole: Bool {
        switch head {
        case .opus: true
        case .adts, .none: false
        }
    }

    /// How long a frame lasts; `nil` for what is none.
    func duration(of payload: RawSpan) -> Interval? {
        if let fixedDuration, payload.byteCount <= Self.adtsLimit { return fixedDuration }
        return format.frameDuration(of: payload)
    }

    var byteCount: Int { queue.count }

    /// Whether more has been gathered than is usual.
    var isLarge: Bool { queue.count > Self.usualLimit }

    /// Whether what has been gathered goes out before a frame of so many octets, which comes too early or
    /// too late to run on in one packet under the first one's time, or would make it too long.
    func ends(before time: Interval, _ byteCount: Int) -> Bool {
        guard let end else { return false }
        return abs((time - end).nanoseconds) > Self.tolerance.nanoseconds
            || queue.count + byteCount > Self.unitLimit
    }

    /// When the first frame that begins in the next `count` octets is heard.
    func start(within count: Int) -> Interval? {
        guard let first = starts.first, first.offset < count else { return nil }
        return first.time
    }

    /// Whether the next octets are a frame's first ones.
    var beginsWithFrame: Bool { starts.first?.offset == 0 }

    /// How long the oldest octets have waited once the next frame has come as well.
    var spanWithNext: Interval {
        guard let end, let oldest else { return .zero }
        return end + frameDuration - oldest
    }

    /// Hands the next `count` octets over; `removeFirst` then forgets them.
    func append(first count: Int, to cutter: inout PacketCutter) {
        cutter.append(queue.bytes.span.bytes.extracting(0..<count))
    }

    /// Takes one frame, which lasts `duration`.
    mutating func append(_ payload: RawSpan, at time: Interval, lasting duration: Interval) {
        let offset = queue.count
        switch head {
        case .adts(let head):
            // The frame's length stands above the 13 bits that end the header.
            let whole = head &+ UInt64(payload.byteCount) << 13
            queue.write(count: Self.adtsByteCount + payload.byteCount) { memory in
                // The eighth octet is the frame's first one, which there always is.
                memory.storeBytes(of: (whole << 8).bigEndian, as: UInt64.self)
                payload.withUnsafeBytes { frame in
                    guard let first = frame.baseAddress, let start = memory.baseAddress else {
                        return
                    }
                    (start + Self.adtsByteCount).copyMemory(from: first, byteCount: frame.count)
                }
            }
        case .opus:
            Self.writeControlHeader(payloadByteCount: payload.byteCount, to: &queue)
            queue.write(payload)
        case .none:
            queue.write(payload)
        }
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
        if queue.count == 0 { (end, oldest) = (nil, nil) }
    }

    private static let adtsByteCount = 7
    private static let adtsLimit = 0x1FFF - adtsByteCount
    private static let tolerance = Interval.milliseconds(1)
    /// A PES packet of audio must say its length in 16 bits, frames' headers included.
    private static let unitLimit = 65_000
    private static let usualLimit = 32_768

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
