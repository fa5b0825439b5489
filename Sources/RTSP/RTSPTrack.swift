public import SDP

/// One stream of a session: what it carries, and where it comes in.
public struct RTSPTrack: Hashable, Sendable {
    /// What kind of media.
    public enum Kind: String, Hashable, Sendable {
        case video
        case audio
    }

    /// What kind of media.
    public var kind: Kind
    /// The payload type that was chosen, its clock and its parameters.
    public var format: PayloadFormat
    /// The section of the description that it comes from.
    public var mediaIndex: Int
    /// The URL that SETUP used.
    public var controlURL: String
    /// The channel of its RTP packets.
    public var rtpChannel: UInt8
    /// The channel of its RTCP packets.
    public var rtcpChannel: UInt8
    /// The sender's SSRC, when the camera says it: a hint.
    public var ssrc: UInt32?
    /// The first packet's number, when the camera says it: a hint.
    public var sequenceNumber: UInt16?
    /// The RTP timestamp of the start, when the camera says it: a hint.
    public var timestamp: UInt32?

    /// The encoding's name in upper case: `H264`, `MPEG4-GENERIC`, `OPUS`, `PCMU` …
    public var encoding: String { format.encodingName.uppercased() }
}

extension RTSPTrack: CustomStringConvertible, CustomDebugStringConvertible {
    /// For logs: without the URL, which may hold a secret.
    public var description: String {
        "\(kind.rawValue) \(printable(encoding))/\(format.clockRate) on channel \(rtpChannel)"
    }

    /// As `description`.
    public var debugDescription: String { description }
}

/// One packet of a track, as a place in its client's buffer.
public struct RTSPPacket: Hashable, Sendable {
    /// The track's index among the tracks that are set up.
    public var track: Int
    /// Whether it is RTCP.
    public var isRTCP: Bool
    /// Where it lies.
    public var frame: InterleavedFrame
}

/// Which streams of a description are wanted: at most one of video and one of audio.
public struct TrackSelection: Hashable, Sendable {
    /// Encodings of video that can be used, most preferred first, in upper case; empty for none.
    public var video: [String]
    /// Encodings of audio that can be used, most preferred first, in upper case; empty for none.
    public var audio: [String]
    /// Whether a description without usable video, or without usable audio, is refused.
    public var required: Set<RTSPTrack.Kind>
    /// The same of a description that has some and none that is usable: what is not there may be missing.
    public var requiredIfOffered: Set<RTSPTrack.Kind> = []

    /// H.264, and the audio that can be carried on or transcoded; audio may be missing.
    public init(
        video: [String] = ["H264"],
        audio: [String] = ["MPEG4-GENERIC", "MP4A-LATM", "OPUS", "PCMU", "PCMA"],
        required: Set<RTSPTrack.Kind> = [.video]
    ) {
        (self.video, self.audio, self.required) = (video, audio, required)
    }

    /// A stream that is wanted.
    public struct Choice: Hashable, Sendable {
        /// What kind of media.
        public let kind: RTSPTrack.Kind
        /// The payload type that was chosen, its clock and its parameters.
        public let format: PayloadFormat
        /// The section of the description that it is in.
        public let mediaIndex: Int
    }

    /// What to set up of `description`.
    public func choices(in description: SessionDescription) throws(RTSPError) -> [Choice] {
        var choices: [Choice] = []
        for (kind, wanted) in [(RTSPTrack.Kind.video, video), (.audio, audio)] {
            if let choice = choice(of: kind, wanted, in: description) {
                choices.append(choice)
            } else {
                let isOffered = !Self.sections(of: kind, in: description).isEmpty
                guard required.contains(kind) || requiredIfOffered.contains(kind) && isOffered
                else { continue }
                throw .noTrack(wanted: wanted, offered: Self.offered(kind, in: description))
            }
        }
        guard !choices.isEmpty else {
            throw .noTrack(
                wanted: video + audio,
                offered: Self.offered(.video, in: description)
                    + Self.offered(.audio, in: description))
        }
        return choices
    }

    /// Whether a stream of that kind that is there must be played as well.
    func mustHave(_ kind: RTSPTrack.Kind) -> Bool {
        required.contains(kind) || requiredIfOffered.contains(kind)
    }

    private func choice(
        of kind: RTSPTrack.Kind, _ wanted: [String], in description: SessionDescription
    ) -> Choice? {
        for encoding in wanted {
            for (index, section) in description.media.enumerated()
            where section.kind == kind.rawValue && !Self.isBackChannel(section) {
                for format in Self.formats(of: section)
                where isSameToken(format.encodingName, encoding) && Self.isDescribed(format) {
                    return Choice(kind: kind, format: format, mediaIndex: index)
                }
            }
        }
        return nil
    }

    /// Whether a decoder can be set up before the first packet: LATM that describes itself in the stream
    /// (`cpresent`, 1 where nothing is said: RFC 6416 §7.1) says too late what it is.
    private static func isDescribed(_ format: PayloadFormat) -> Bool {
        guard isSameToken(format.encodingName, "MP4A-LATM") else { return true }
        return format.parameters["cpresent"] == "0" && format.parameters["config"] != nil
    }

    /// The encodings of one kind that a description offers, in upper case and fit to be printed; what goes to
    /// the camera's loudspeaker is none of them.
    public static func offered(
        _ kind: RTSPTrack.Kind, in description: SessionDescription
    ) -> [String] {
        sections(of: kind, in: description).flatMap { formats(of: $0) }.map {
            printable($0.encodingName.uppercased())
        }
        .firstOfEach()
    }

    private static func sections(
        of kind: RTSPTrack.Kind, in description: SessionDescription
    ) -> [MediaSection] {
        description.media.filter { $0.kind == kind.rawValue && !isBackChannel($0) }
    }

    /// ONVIF's way to the camera's loudspeaker; a camera has none for video, whatever it writes.
    private static func isBackChannel(_ section: MediaSection) -> Bool {
        section.kind == RTSPTrack.Kind.audio.rawValue && section.direction == .sendonly
    }

    /// What a section offers, with the clocks that the payload formats prescribe, and with the
    /// static payload types (RFC 3551 §6) that need no `rtpmap`.
    static func formats(of section: MediaSection) -> [PayloadFormat] {
        let mapped = section.payloadFormats
        return section.formats.compactMap { text in
            guard let payloadType = UInt8(text) else { return nil }
            guard var format = mapped.first(where: { $0.payloadType == payloadType }) else {
                return staticFormats.first { $0.payloadType == payloadType }
            }
            switch format.encodingName.uppercased() {
            case "H264", "H265": format.clockRate = 90_000  // RFC 6184 §8.2.1, RFC 7798 §7.1
            case "OPUS": format.clockRate = 48_000  // RFC 7587 §4.1
            default: break
            }
            return format
        }.firstOfEach()
    }

    private static let staticFormats = [
        PayloadFormat(payloadType: 0, encodingName: "PCMU", clockRate: 8000, channels: 1),
        PayloadFormat(payloadType: 3, encodingName: "GSM", clockRate: 8000, channels: 1),
        PayloadFormat(payloadType: 8, encodingName: "PCMA", clockRate: 8000, channels: 1),
        PayloadFormat(payloadType: 9, encodingName: "G722", clockRate: 8000, channels: 1),
        PayloadFormat(payloadType: 14, encodingName: "MPA", clockRate: 90_000),
        PayloadFormat(payloadType: 26, encodingName: "JPEG", clockRate: 90_000),
        PayloadFormat(payloadType: 33, encodingName: "MP2T", clockRate: 90_000),
        PayloadFormat(payloadType: 35, encodingName: "H264", clockRate: 90_000),  // Bosch
    ]
}
