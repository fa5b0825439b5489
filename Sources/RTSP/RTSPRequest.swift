public import Wire

/// A request of either side (RFC 2326 §6).
public struct RTSPRequest: Hashable, Sendable {
    /// What is asked.
    public var method: RTSPMethod
    /// Of what: an absolute URL without credentials, or `*`.
    public var uri: String
    /// The header fields but `Content-Length`, which is made from the body when printing.
    public var headers = RTSPHeaders()
    /// What follows the header.
    public var body: [UInt8] = []

    /// A request without header fields.
    public init(_ method: RTSPMethod, uri: String) { (self.method, self.uri) = (method, uri) }

    /// Reads one request that fills `bytes`. A stream of them is read by `RTSPStream`.
    public init(parsing bytes: RawSpan) throws(ParseError) {
        let message = try MessageHead.whole(bytes)
        switch message.head.line {
        case .request(let method, let uri): self.init(method, uri: uri)
        case .response: throw .invalid(field: "request line", at: 0)
        }
        (headers, body) = (message.head.headers, message.body)
    }

    /// The request as it goes over the wire.
    public var bytes: [UInt8] {
        messageBytes(
            start: "\(method) \(printable(uri)) RTSP/1.0", headers: headers, body: body)
    }
}

extension RTSPRequest: CustomStringConvertible, CustomDebugStringConvertible {
    /// For logs: the method and its number, for the rest may hold secrets.
    public var description: String { "\(method) \(headers.sequence.map { "#\($0)" } ?? "")" }

    /// As `description`.
    public var debugDescription: String { description }
}

/// An answer to a request (RFC 2326 §7).
public struct RTSPResponse: Hashable, Sendable {
    /// 100…999; 200 is well.
    public var status: Int
    /// For a human; often empty.
    public var reason: String
    /// The header fields but `Content-Length`, which is made from the body when printing.
    public var headers = RTSPHeaders()
    /// What follows the header.
    public var body: [UInt8] = []

    /// An answer without header fields; the reason is the RFC's unless given.
    public init(_ status: Int, reason: String? = nil) {
        (self.status, self.reason) = (status, reason ?? Self.reasons[status] ?? "")
    }

    /// Reads one answer that fills `bytes`. A stream of them is read by `RTSPStream`.
    public init(parsing bytes: RawSpan) throws(ParseError) {
        let message = try MessageHead.whole(bytes)
        switch message.head.line {
        case .response(let status, let reason): self.init(status, reason: reason)
        case .request: throw .invalid(field: "status line", at: 0)
        }
        (headers, body) = (message.head.headers, message.body)
    }

    /// Whether what was asked is done.
    public var isSuccess: Bool { (200...299).contains(status) }

    /// The answer as it goes over the wire.
    public var bytes: [UInt8] {
        messageBytes(
            start: "RTSP/1.0 \(status) \(printable(reason))", headers: headers, body: body)
    }

    private static let reasons = [
        100: "Continue", 200: "OK", 301: "Moved Permanently", 302: "Found", 400: "Bad Request",
        401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed",
        413: "Request Entity Too Large", 451: "Parameter Not Understood",
        453: "Not Enough Bandwidth", 454: "Session Not Found",
        455: "Method Not Valid In This State", 457: "Invalid Range",
        459: "Aggregate Operation Not Allowed", 461: "Unsupported Transport",
        500: "Internal Server Error", 501: "Not Implemented", 503: "Service Unavailable",
        505: "RTSP Version Not Supported", 551: "Option Not Supported",
    ]
}

private func messageBytes(start: String, headers: RTSPHeaders, body: [UInt8]) -> [UInt8] {
    var headers = headers
    headers["Content-Length"] = body.isEmpty ? nil : String(body.count)
    return Array("\(start)\r\n\(headers.text)\r\n".utf8) + body
}
