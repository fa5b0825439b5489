/// What a request wants done with its target (RFC 9110 §9).
public enum HTTPMethod: Hashable, Sendable {
    /// Transfer a representation.
    case get
    /// The same without the body.
    case head
    /// Act on what is enclosed.
    case post
    /// Replace the target.
    case put
    /// Change a part of the target (RFC 5789).
    case patch
    /// Remove the target.
    case delete
    /// Say what is possible; a browser's preflight.
    case options
    /// Anything else, as it was written. The server's C library refuses these before they come
    /// here; tests and other servers may still make them.
    case other(String)

    /// The word on the wire.
    public var name: String {
        switch self {
        case .get: "GET"
        case .head: "HEAD"
        case .post: "POST"
        case .put: "PUT"
        case .patch: "PATCH"
        case .delete: "DELETE"
        case .options: "OPTIONS"
        case .other(let name): name
        }
    }
}
