import Codecs
public import RTP
public import SDP
public import Timing

/// What a source's pictures are coded in, by the name that SDP has for it in upper case.
public enum PictureEncoding: String, CaseIterable, Hashable, Sendable {
    case h264 = "H264"
    case h265 = "H265"
    case vp8 = "VP8"
    case vp9 = "VP9"
    case av1 = "AV1"
}

/// The packets of one picture track, whatever its codec, on their way to whole pictures.
public struct PictureReceiver: Sendable {
    /// What they are coded in.
    public let encoding: PictureEncoding

    // The one of the encoding is there.
    private var h264: TrackReceiver<H264Depacketizer>?
    private var h265: TrackReceiver<H265Depacketizer>?
    private var vp8: TrackReceiver<VP8Depacketizer>?
    private var vp9: TrackReceiver<VP9Depacketizer>?
    private var av1: TrackReceiver<AV1Depacketizer>?

    /// A receiver of one encoding's packets.
    ///
    /// - Parameters:
    ///   - encoding: What is received.
    ///   - payloadType: Under which number.
    ///   - parameters: What `fmtp` says: parameter sets, where the stream leaves them out.
    ///   - patience: How long a missing packet is waited for: none over TCP, which keeps order.
    ///   - packetLimit: How many packets are held meanwhile.
    ///   - resumesAtKeyframe: Whether pictures behind a loss are left out up to a key frame.
    public init(
        _ encoding: PictureEncoding, payloadType: UInt8,
        parameters: FormatParameters = FormatParameters(""), patience: Interval = .zero,
        packetLimit: Int = 512, resumesAtKeyframe: Bool = false
    ) {
        self.encoding = encoding
        var policy = FramePolicy()
        policy.resumesAtKeyframe = resumesAtKeyframe
        func receiver<Format: Depacketizer>(_ format: Format) -> TrackReceiver<Format> {
            TrackReceiver(
                format, payloadType: payloadType, patience: patience, packetLimit: packetLimit)
        }
        switch encoding {
        case .h264:
            var configuration = H264Depacketizer.Configuration()
            configuration.resumesAtKeyframe = resumesAtKeyframe
            configuration.parameterSets = H264ParameterSets(
                spropParameterSets: parameters["sprop-parameter-sets"] ?? "")
            h264 = receiver(H264Depacketizer(configuration))
        case .h265:
            var configuration = H265Depacketizer.Configuration()
            configuration.policy = policy
            configuration.parameterSets = H265ParameterSets(formatParameters: parameters.text)
            h265 = receiver(H265Depacketizer(configuration))
        case .vp8: vp8 = receiver(VP8Depacketizer(policy))
        case .vp9: vp9 = receiver(VP9Depacketizer(policy))
        case .av1: av1 = receiver(AV1Depacketizer(policy))
        }
    }

    /// When `advance` is due; `nil` while no packet waits for another.
    public var nextDeadline: Instant? {
        switch encoding {
        case .h264: h264?.nextDeadline
        case .h265: h265?.nextDeadline
        case .vp8: vp8?.nextDeadline
        case .vp9: vp9?.nextDeadline
        case .av1: av1?.nextDeadline
        }
    }

    /// What came in.
    public var statistics: TrackStatistics? {
        switch encoding {
        case .h264: h264?.statistics
        case .h265: h265?.statistics
        case .vp8: vp8?.statistics
        case .vp9: vp9?.statistics
        case .av1: av1?.statistics
        }
    }

    /// What became of the pictures.
    public var frames: DepacketizerStatistics? {
        switch encoding {
        case .h264: h264?.depacketizer.statistics
        case .h265: h265?.depacketizer.statistics
        case .vp8: vp8?.depacketizer.statistics
        case .vp9: vp9?.depacketizer.statistics
        case .av1: av1?.depacketizer.statistics
        }
    }

    /// Takes a whole RTP packet, in the clear, borrowed for the call.
    public mutating func receive(_ packet: RawSpan, at now: Instant) {
        switch encoding {
        case .h264: h264?.receive(packet, at: now)
        case .h265: h265?.receive(packet, at: now)
        case .vp8: vp8?.receive(packet, at: now)
        case .vp9: vp9?.receive(packet, at: now)
        case .av1: av1?.receive(packet, at: now)
        }
    }

    /// Gives up what has been waited for long enough.
    public mutating func advance(to now: Instant) {
        switch encoding {
        case .h264: h264?.advance(to: now)
        case .h265: h265?.advance(to: now)
        case .vp8: vp8?.advance(to: now)
        case .vp9: vp9?.advance(to: now)
        case .av1: av1?.advance(to: now)
        }
    }

    /// The oldest picture that is ready.
    public mutating func next() -> AccessUnit? {
        switch encoding {
        case .h264: h264?.next()
        case .h265: h265?.next()
        case .vp8: vp8?.next()
        case .vp9: vp9?.next()
        case .av1: av1?.next()
        }
    }
}
