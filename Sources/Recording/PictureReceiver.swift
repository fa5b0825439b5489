import Codecs
import Muxer
import RTP
import Timing

/// The packets of one picture track, whatever its codec, on their way to whole pictures.
struct PictureReceiver {
    /// What a file is told of the pictures; the rest is learned from their key frames.
    let format: TrackFormat

    // One of these is there.
    private var h264: TrackReceiver<H264Depacketizer>?
    private var vp8: TrackReceiver<VP8Depacketizer>?
    private var vp9: TrackReceiver<VP9Depacketizer>?
    private var av1: TrackReceiver<AV1Depacketizer>?

    /// A receiver of a codec's packets; `nil` for sound.
    init?(_ codec: Codec, payloadType: UInt8, patience: Interval) {
        var policy = FramePolicy()
        policy.resumesAtKeyframe = true
        switch codec {
        case .h264:
            var configuration = H264Depacketizer.Configuration()
            configuration.resumesAtKeyframe = true
            format = .h264(parameterSets: [], framing: AccessUnit.framing)
            h264 = TrackReceiver(
                H264Depacketizer(configuration), payloadType: payloadType, patience: patience)
        case .vp8:
            format = .vp8(nil)
            vp8 = TrackReceiver(
                VP8Depacketizer(policy), payloadType: payloadType, patience: patience)
        case .vp9:
            format = .vp9(nil)
            vp9 = TrackReceiver(
                VP9Depacketizer(policy), payloadType: payloadType, patience: patience)
        case .av1:
            format = .av1(sequenceHeader: [])
            av1 = TrackReceiver(
                AV1Depacketizer(policy), payloadType: payloadType, patience: patience)
        case .opus: return nil
        }
    }

    var nextDeadline: Instant? {
        h264?.nextDeadline ?? vp8?.nextDeadline ?? vp9?.nextDeadline ?? av1?.nextDeadline
    }

    /// Packets that did not come.
    var lost: Int {
        h264?.statistics.lost ?? vp8?.statistics.lost ?? vp9?.statistics.lost
            ?? av1?.statistics.lost ?? 0
    }

    mutating func receive(_ packet: RawSpan, at now: Instant) {
        h264?.receive(packet, at: now)
        vp8?.receive(packet, at: now)
        vp9?.receive(packet, at: now)
        av1?.receive(packet, at: now)
    }

    mutating func advance(to now: Instant) {
        h264?.advance(to: now)
        vp8?.advance(to: now)
        vp9?.advance(to: now)
        av1?.advance(to: now)
    }

    mutating func next() -> AccessUnit? {
        h264?.next() ?? vp8?.next() ?? vp9?.next() ?? av1?.next()
    }
}
