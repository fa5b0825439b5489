/// The request headers this house looks at; the server hands over no others.
public enum HTTPHeaderName: String, CaseIterable, Sendable {
    /// The body's media type.
    case contentType = "content-type"
    /// The caller's credentials.
    case authorization
    /// The entity tags the target must have (RFC 9110 §13.1.1).
    case ifMatch = "if-match"
    /// The media types the caller takes.
    case accept
    /// The bytes the caller wants (RFC 9110 §14.2).
    case range
    /// Which representation those bytes must be of (RFC 9110 §13.1.5).
    case ifRange = "if-range"
    /// The entity tags the caller has already (RFC 9110 §13.1.2).
    case ifNoneMatch = "if-none-match"
    /// The web page a browser speaks for.
    case origin
    /// The name and port the caller believes to speak to.
    case host
    /// The last event a returning event reader saw.
    case lastEventID = "last-event-id"
    /// The headers a browser's preflight asks for.
    case requestedHeaders = "access-control-request-headers"
}

/// Header fields of a request, looked up without regard to case.
public struct HTTPHeaders: Hashable, Sendable, ExpressibleByDictionaryLiteral {
    private var values: [HTTPHeaderName: String] = [:]

    /// No headers.
    public init() {}

    /// The given ones; of two with one name the later stands.
    public init(dictionaryLiteral elements: (HTTPHeaderName, String)...) {
        for (name, value) in elements { values[name] = value }
    }

    /// The value of one header, or `nil` when the request had none.
    public subscript(name: HTTPHeaderName) -> String? {
        get { values[name] }
        set { values[name] = newValue }
    }

    /// The value of the header called `name` in any case, or `nil`.
    public subscript(name: String) -> String? {
        HTTPHeaderName(rawValue: name.lowercased()).flatMap { values[$0] }
    }
}
