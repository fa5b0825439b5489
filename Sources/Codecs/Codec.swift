/// What a track carries: sound or picture.
public enum MediaKind: Hashable, Sendable {
    /// Sound.
    case audio
    /// Picture.
    case video
}

/// The codecs the house forwards.
public enum Codec: UInt8, CaseIterable, Hashable, Sendable {
    /// RFC 7587.
    case opus
    /// RFC 7741.
    case vp8
    /// RFC 9628.
    case vp9
    /// RFC 6184.
    case h264
    /// AV1 RTP, version 1.0.
    case av1

    /// The name in SDP's `rtpmap`; compare it without regard to case (RFC 4855 §3).
    public var encodingName: String {
        switch self {
        case .opus: "opus"
        case .vp8: "VP8"
        case .vp9: "VP9"
        case .h264: "H264"
        case .av1: "AV1"
        }
    }

    /// The codec `encodingName` names, in any case; `nil` when we do not carry it.
    public init?(encodingName: some StringProtocol) {
        let name = encodingName.lowercased()
        guard let known = Self.allCases.first(where: { $0.encodingName.lowercased() == name })
        else { return nil }
        self = known
    }

    /// The media type as capabilities write it: `video/VP8`.
    public var mimeType: String {
        switch kind {
        case .audio: "audio/\(encodingName)"
        case .video: "video/\(encodingName)"
        }
    }

    /// Sound or picture.
    @inlinable
    public var kind: MediaKind {
        switch self {
        case .opus: .audio
        case .vp8, .vp9, .h264, .av1: .video
        }
    }

    /// Ticks of the RTP timestamp in a second.
    @inlinable
    public var clockRate: UInt32 {
        switch kind {
        case .audio: 48_000
        case .video: 90_000
        }
    }

    /// The channels SDP writes after the clock rate; `nil` where it writes none.
    public var channelCount: Int? {
        switch self {
        case .opus: 2  // always, whatever is inside (RFC 7587 §7)
        case .vp8, .vp9, .h264, .av1: nil
        }
    }

    /// Whether a decoder can begin with this payload: the first packet of a key frame, or any
    /// packet of sound.
    ///
    /// A payload too short or malformed is no key frame. Costs a few loads; allocates nothing.
    @inlinable
    public func isKeyframe(payload: RawSpan) -> Bool {
        switch self {
        case .opus: true
        case .vp8: VP8PayloadDescriptor.isKeyframe(payload: payload)
        case .vp9: VP9PayloadDescriptor.isKeyframe(payload: payload)
        case .h264: H264Payload.isKeyframe(payload: payload)
        case .av1: AV1AggregationHeader.isKeyframe(payload: payload)
        }
    }
}
