import Fetch
import Wire

/// Where a recording comes from, by how it is written.
enum RecordingSource: Hashable, Sendable {
    /// A camera, over RTSP.
    case camera
    /// A WHEP endpoint.
    case endpoint
    /// RTP that is sent here as a file of this machine says, or to the address given instead.
    case session(path: String, address: Endpoint?)
    /// A room of this process.
    case room(String)

    /// - Throws: What is wrong with it, before anything is asked or opened.
    init(_ text: String) throws(RecordingError) {
        switch Self.scheme(of: text) {
        case "rtsp", "rtsps": self = .camera
        case "http", "https":
            guard HTTPCall.isAddress(text) else { throw .malformedURL("no server is named") }
            self = .endpoint
        case "room": self = .room(String(text.dropFirst(5)))
        default:
            guard let (path, address) = PlainSession.place(text) else {
                throw Self.refusal(text)
            }
            self = .session(path: path, address: address)
        }
    }

    /// Whether a source of that kind is asked for over the network, and nothing of this machine is opened
    /// for it.
    static func isRemote(_ text: String) -> Bool {
        ["rtsp", "rtsps", "http", "https"].contains(scheme(of: text))
    }

    /// What an error may call a source: a path as it is, and of all else the scheme and the host, for user,
    /// path and query may be secrets.
    static func told(_ text: String) -> String {
        let isNamed = text.hasPrefix("/") && !text.hasPrefix("//")
        let isPath = isNamed || text.hasPrefix("./") || text.hasPrefix("../")
        let isDescription = text.hasSuffix(".sdp") && !text.contains("://")
        return isPath || isDescription && !text.contains { "?#@".contains($0) }
            ? text : toldAddress(text)
    }

    /// Whether it is asked over HTTP.
    static func isOverHTTP(_ text: String) -> Bool { ["http", "https"].contains(scheme(of: text)) }

    /// Why what has none of the schemes of servers and rooms is no source.
    private static func refusal(_ text: String) -> RecordingError {
        guard scheme(of: text) == "rtp" else { return .unsupportedSource }
        guard text.contains("?sdp="), !text.hasSuffix("?sdp=") else { return .undescribedRTP }
        return .malformedURL("an IP address and a port are wanted: rtp://IP:PORT?sdp=FILE")
    }

    /// What stands before the first colon, in lower case (RFC 3986 §3.1).
    private static func scheme(of text: String) -> String {
        guard let colon = text.firstIndex(of: ":") else { return "" }
        return text[..<colon].lowercased()
    }
}
