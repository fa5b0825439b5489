/// What follows a response's head.
public enum HTTPBody: Sendable {
    /// Nothing.
    case empty
    /// These bytes.
    case bytes([UInt8])
    /// Server-sent events until the stream ends or the caller leaves; when it leaves, the stream
    /// is terminated, which its producer hears through `onTermination`.
    case events(AsyncStream<ServerSentEvent>)
    /// Bytes made as they are wanted; what is not sent yet is never more than one piece.
    case pieces(HTTPPieces)
}

/// A body too long for memory: each piece is asked for when the one before it has gone out.
public struct HTTPPieces: Sendable {
    /// How many bytes there will be; `nil` where that is not known, and the answer is chunked.
    public var byteCount: Int?
    /// The next piece; `nil` or an empty one at the end. It is not asked for again while it works.
    /// An error, or an end before `byteCount`, closes the connection, which the caller notices.
    public var next: @Sendable () async throws -> [UInt8]?

    /// A body of these pieces.
    public init(byteCount: Int? = nil, next: @escaping @Sendable () async throws -> [UInt8]?) {
        (self.byteCount, self.next) = (byteCount, next)
    }
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
