/// What follows a response's head.
public enum HTTPBody: Sendable {
    /// Nothing.
    case empty
    /// These bytes.
    case bytes([UInt8])
    /// Server-sent events until the stream ends or the caller leaves; when it leaves, the stream
    /// is terminated, which its producer hears through `onTermination`.
    case events(AsyncStream<ServerSentEvent>)
}

/// One answer to one request.
public struct HTTPResponse: Sendable {
    /// The status code, 200...599.
    public var status: Int
    /// Header fields in their order. `content-length` and `transfer-encoding` are the server's.
    public var headers: [(name: String, value: String)]
    /// What follows.
    public var body: HTTPBody

    /// An answer; without a body unless one is given.
    public init(
        status: Int,
        headers: [(name: String, value: String)] = [],
        body: HTTPBody = .empty
    ) {
        (self.status, self.headers, self.body) = (status, headers, body)
    }

    /// A sentence in plain text: what callers read when something is wrong.
    public static func text(_ status: Int, _ sentence: String) -> HTTPResponse {
        HTTPResponse(
            status: status,
            headers: [("content-type", "text/plain; charset=utf-8")],
            body: .bytes(Array((sentence + "\n").utf8))
        )
    }

    /// Events for as long as the caller stays.
    public static func events(_ stream: AsyncStream<ServerSentEvent>) -> HTTPResponse {
        HTTPResponse(
            status: 200,
            headers: [("content-type", "text/event-stream"), ("cache-control", "no-store")],
            body: .events(stream)
        )
    }
}
