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
///
/// Read once, when it is made: who asks for a parameter pays no more for a long line than for a short
/// one. Of a line with more than 64 parameters the first 64 are read.
public struct FormatParameters: Hashable, Sendable {
    /// As written.
    public var text: String {
        didSet { values = Self.values(of: text) }
    }

    private var values: [String: String]  // by name in lower case; of a name twice, the first

    /// What follows the payload type on an `fmtp` line; empty when there is none.
    public init(_ text: String) { (self.text, values) = (text, Self.values(of: text)) }

    /// One parameter's value, by its name in lower case; empty for a parameter without one.
    public subscript(name: String) -> String? { values[name] }

    private static func values(of text: String) -> [String: String] {
        var values: [String: String] = [:]
        let parts = text.utf8.split(separator: UInt8(ascii: ";"), maxSplits: limit)
        for part in parts.prefix(limit) {
            let pair = Substring(part).split(separator: "=", maxSplits: 1)
            guard let name = pair.first.map({ trimmed($0).lowercased() }), values[name] == nil
            else { continue }
            values[name] = pair.count == 2 ? trimmed(pair[1]) : ""
        }
        return values
    }

    private static func trimmed(_ text: Substring) -> String {
        let front = text.drop { $0 == " " || $0 == "\t" }
        guard let last = front.lastIndex(where: { $0 != " " && $0 != "\t" }) else { return "" }
        return String(front[...last])
    }

    private static let limit = 64  // cameras write a dozen
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

    /// The payload types with an `rtpmap`, each once, in order of preference. O(the section's length).
    public var payloadFormats: [PayloadFormat] {
        let (maps, parameters) = (numbered("rtpmap"), numbered("fmtp"))
        let feedback = feedbackValues
        var seen: Set<UInt8> = []
        return formats.compactMap { format in
            guard let payloadType = UInt8(format), payloadType < 128,
                seen.insert(payloadType).inserted, let map = maps[format]
            else { return nil }
            let fields = map.split(separator: "/")
            guard fields.count >= 2, let clockRate = UInt32(fields[1]) else { return nil }
            return PayloadFormat(
                payloadType: payloadType, encodingName: String(fields[0]), clockRate: clockRate,
                channels: fields.count > 2 ? Int(fields[2]) : nil,
                parameters: FormatParameters(parameters[format] ?? ""),
                feedback: feedback[format, default: []] + feedback["*", default: []])
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

    /// What `rtcp-fb` lines say, by the payload type's number or `*`. What all share is copied for
    /// each: of one number no more is kept than anybody says.
    private var feedbackValues: [String: [String]] {
        var feedback: [String: [String]] = [:]
        for value in values("rtcp-fb") {
            let fields = value.split(separator: " ", maxSplits: 1)
            guard fields.count == 2 else { continue }
            let number = String(fields[0])
            guard feedback[number, default: []].count < Self.feedbackLimit else { continue }
            feedback[number, default: []].append(String(fields[1]))
        }
        return feedback
    }

    /// What the lines of a name say of each number; of a number twice, the first.
    private func numbered(_ name: String) -> [String: String] {
        var lines: [String: String] = [:]
        for value in values(name) {
            let fields = value.split(separator: " ", maxSplits: 1)
            guard fields.count == 2, lines[String(fields[0])] == nil else { continue }
            lines[String(fields[0])] = String(fields[1])
        }
        return lines
    }

    private static let feedbackLimit = 32  // browsers write six
}
