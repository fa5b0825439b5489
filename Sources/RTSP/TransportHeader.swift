/// One way of carrying a stream that a `Transport` header offers or chooses (RFC 2326 §12.39).
public struct TransportHeader: Hashable, Sendable {
    /// Two numbers, the first for RTP and the second for RTCP; cameras sometimes give one alone.
    public struct Pair<Number: Hashable & Sendable>: Hashable, Sendable {
        /// RTP's.
        public var rtp: Number
        /// RTCP's.
        public var rtcp: Number?

        /// A pair, or one alone.
        public init(rtp: Number, rtcp: Number?) { (self.rtp, self.rtcp) = (rtp, rtcp) }
    }

    /// `RTP/AVP/TCP`, `RTP/AVP` (over UDP) …, as written.
    public var profile: String
    /// Whether `multicast` is said.
    public var isMulticast = false
    /// The channels in the RTSP connection itself.
    public var interleaved: Pair<UInt8>?
    /// The client's UDP ports.
    public var clientPorts: Pair<UInt16>?
    /// The server's UDP ports.
    public var serverPorts: Pair<UInt16>?
    /// The sender's SSRC: a hint, for cameras write nonsense here.
    public var ssrc: UInt32?
    /// `PLAY` or `RECORD`; without quotes.
    public var mode: String?
    /// Parameters not known here, as written.
    public var others: [String] = []

    /// RTP and RTCP on two channels of the connection.
    public init(interleaved: Pair<UInt8>) {
        profile = "RTP/AVP/TCP"
        self.interleaved = interleaved
    }

    /// Reads one specification; `nil` for an empty one. Parameters that make no sense are left out.
    public init?(parsing text: String) {
        let parts = fields(text, separatedBy: ";")
        guard let first = parts.first else { return nil }
        profile = first
        for part in parts.dropFirst() { read(part) }
    }

    /// All specifications of a header, most preferred first.
    public static func list(parsing text: String) -> [TransportHeader] {
        fields(text, separatedBy: ",").compactMap { TransportHeader(parsing: $0) }
    }

    /// Whether media goes over the connection itself.
    public var isTCP: Bool { interleaved != nil || profile.uppercased().hasSuffix("/TCP") }

    private mutating func read(_ part: String) {
        let (name, value) = pair(part)
        switch name {
        case "unicast": isMulticast = false
        case "multicast": isMulticast = true
        case "interleaved": interleaved = Self.numbers(value)
        case "client_port": clientPorts = Self.numbers(value)
        case "server_port": serverPorts = Self.numbers(value)
        case "ssrc": ssrc = UInt32(value.filter { $0 != " " }, radix: 16)
        case "mode": mode = value.uppercased()
        default: others.append(part)
        }
    }

    private static func numbers<Number: FixedWidthInteger>(_ text: String) -> Pair<Number>? {
        let parts = text.split(separator: "-").map { Number(trimmed($0)) }
        guard let first = parts.first, let rtp = first else { return nil }
        return Pair(rtp: rtp, rtcp: parts.count > 1 ? parts[1] : nil)
    }
}

extension TransportHeader: CustomStringConvertible {
    /// The specification as it goes over the wire.
    public var description: String {
        var parts = [profile, isMulticast ? "multicast" : "unicast"]
        if let interleaved { parts.append("interleaved=" + Self.text(interleaved)) }
        if let clientPorts { parts.append("client_port=" + Self.text(clientPorts)) }
        if let serverPorts { parts.append("server_port=" + Self.text(serverPorts)) }
        if let ssrc {
            let digits = String(ssrc, radix: 16, uppercase: true)
            parts.append("ssrc=" + String(repeating: "0", count: 8 - digits.count) + digits)
        }
        if let mode { parts.append("mode=\"\(mode)\"") }
        return (parts + others).joined(separator: ";")
    }

    private static func text<Number>(_ pair: Pair<Number>) -> String {
        "\(pair.rtp)" + (pair.rtcp.map { "-\($0)" } ?? "")
    }
}
