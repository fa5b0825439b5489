/// Who sends (RFC 3264 §5.1), from the describing side's point of view.
public enum MediaDirection: String, Hashable, Sendable {
    case sendrecv
    case sendonly
    case recvonly
    case inactive

    /// Whether the describing side sends.
    public var sends: Bool { self == .sendrecv || self == .sendonly }
    /// Whether the describing side receives.
    public var receives: Bool { self == .sendrecv || self == .recvonly }
}

/// One payload type and what `rtpmap`, `fmtp` and `rtcp-fb` say of it.
public struct PayloadFormat: Hashable, Sendable {
    /// 0…127.
    public var payloadType: UInt8
    /// As written; compare without regard to case.
    public var encodingName: String
    /// Ticks of the RTP timestamp in a second.
    public var clockRate: UInt32
    /// Channels of audio, when written.
    public var channels: Int?
    /// What `fmtp` says; empty when there is no such line.
    public var parameters: FormatParameters
    /// The feedback the describing side understands: `nack`, `nack pli`, `ccm fir` …
    public var feedback: [String]

    /// A format that no line of a description names.
    public init(
        payloadType: UInt8, encodingName: String, clockRate: UInt32, channels: Int? = nil,
        parameters: FormatParameters = FormatParameters(""), feedback: [String] = []
    ) {
        (self.payloadType, self.encodingName) = (payloadType, encodingName)
        (self.clockRate, self.channels) = (clockRate, channels)
        (self.parameters, self.feedback) = (parameters, feedback)
    }
}

/// What an `fmtp` line says: parameters with values, separated by semicolons.
public struct FormatParameters: Hashable, Sendable {
    /// As written.
    public var text: String

    /// What follows the payload type on an `fmtp` line; empty when there is none.
    public init(_ text: String) { self.text = text }

    /// One parameter's value, by its name in lower case; empty for a parameter without one.
    public subscript(name: String) -> String? {
        for part in text.split(separator: ";") {
            let pair = part.split(separator: "=", maxSplits: 1)
            guard let key = pair.first, Self.trimmed(key).lowercased() == name else { continue }
            return pair.count == 2 ? Self.trimmed(pair[1]) : ""
        }
        return nil
    }

    private static func trimmed(_ text: Substring) -> String {
        let front = text.drop { $0 == " " || $0 == "\t" }
        guard let last = front.lastIndex(where: { $0 != " " && $0 != "\t" }) else { return "" }
        return String(front[...last])
    }
}

/// One `extmap` line (RFC 8285 §5).
public struct ExtensionMapping: Hashable, Sendable {
    /// The number on the wire.
    public var id: UInt8
    /// Who may send it, from the describing side's point of view.
    public var direction: MediaDirection
    /// What it stands for.
    public var uri: String
}

extension MediaSection {
    /// The section's name in the bundle; empty when it has none.
    public var mid: String { self["mid"] ?? "" }

    /// `sendrecv` when nothing is written (RFC 8866 §6.7).
    public var direction: MediaDirection {
        for attribute in attributes where attribute.value == nil {
            if let direction = MediaDirection(rawValue: attribute.name) { return direction }
        }
        return .sendrecv
    }

    /// The payload types with an `rtpmap`, each once, in order of preference.
    public var payloadFormats: [PayloadFormat] {
        let maps = numbered("rtpmap")
        let parameters = numbered("fmtp")
        let feedback = values("rtcp-fb").map { $0.split(separator: " ", maxSplits: 1) }
        var seen: Set<UInt8> = []  // a repeated format would cost a search each time
        return formats.compactMap { format in
            guard let payloadType = UInt8(format), payloadType < 128,
                seen.insert(payloadType).inserted,
                let map = maps.first(where: { $0.number == format })?.rest
            else { return nil }
            let fields = map.split(separator: "/")
            guard fields.count >= 2, let clockRate = UInt32(fields[1]) else { return nil }
            return PayloadFormat(
                payloadType: payloadType, encodingName: String(fields[0]), clockRate: clockRate,
                channels: fields.count > 2 ? Int(fields[2]) : nil,
                parameters: FormatParameters(
                    parameters.first { $0.number == format }?.rest ?? ""),
                feedback: feedback.compactMap { pair in
                    pair.count == 2 && (pair[0] == format || pair[0] == "*")
                        ? String(pair[1]) : nil
                })
        }
    }

    /// The header extensions, without those whose number is out of range.
    public var extensionMappings: [ExtensionMapping] {
        values("extmap").compactMap { value in
            let fields = value.split(separator: " ")
            guard fields.count >= 2 else { return nil }
            let parts = fields[0].split(separator: "/", maxSplits: 1)
            guard let id = parts.first.flatMap({ UInt8($0) }), id > 0 else { return nil }
            let direction = parts.count == 2 ? MediaDirection(rawValue: String(parts[1])) : nil
            return ExtensionMapping(
                id: id, direction: direction ?? .sendrecv, uri: String(fields[1]))
        }
    }

    /// The SSRCs announced, in order, without repetition.
    public var ssrcs: [UInt32] {
        var ssrcs: [UInt32] = []
        for value in values("ssrc") {
            guard let ssrc = value.split(separator: " ").first.flatMap({ UInt32($0) }),
                !ssrcs.contains(ssrc)
            else { continue }
            ssrcs.append(ssrc)
        }
        return ssrcs
    }

    /// Pairs of a media SSRC and the SSRC that carries its retransmissions (RFC 5576 §4.2).
    public var retransmissionGroups: [(media: UInt32, retransmission: UInt32)] {
        values("ssrc-group").compactMap { value in
            let fields = value.split(separator: " ")
            guard fields.count == 3, fields[0] == "FID", let media = UInt32(fields[1]),
                let retransmission = UInt32(fields[2])
            else { return nil }
            return (media, retransmission)
        }
    }

    private func numbered(_ name: String) -> [(number: String, rest: String)] {
        values(name).compactMap { value in
            let fields = value.split(separator: " ", maxSplits: 1)
            return fields.count == 2 ? (String(fields[0]), String(fields[1])) : nil
        }
    }
}
