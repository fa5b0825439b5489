/// Status line and header fields of one answer, as HTTP/1.1 writes them (RFC 9112 §4).
struct ResponseHead {
    /// How the end of the body is told.
    enum Framing: Equatable {
        /// There is no body and none may be announced (204, 304).
        case none
        /// `content-length`.
        case length(Int)
        /// `transfer-encoding: chunked`.
        case chunked
        /// The connection closes: a reader of HTTP/1.0 knows no other way.
        case close
    }

    var status: Int
    var headers: [(name: String, value: String)]
    var framing: Framing
    /// The connection ends with this answer.
    var closes: Bool

    /// The octets on the wire, the empty line included. A header that could break out of its line
    /// is left out.
    var bytes: [UInt8] {
        var text = "HTTP/1.1 \(status) \(Self.reason(of: status))\r\n"
        for (name, value) in headers where Self.isSafe(name: name, value: value) {
            text += "\(name): \(value)\r\n"
        }
        switch framing {
        case .none, .close: break
        case .length(let count): text += "content-length: \(count)\r\n"
        case .chunked: text += "transfer-encoding: chunked\r\n"
        }
        if closes || framing == .close { text += "connection: close\r\n" }
        return Array((text + "\r\n").utf8)
    }

    /// One chunk of a chunked body (RFC 9112 §7.1).
    static func chunk(_ bytes: [UInt8]) -> [UInt8] {
        guard !bytes.isEmpty else { return [] }  // an empty chunk would end the body
        let size = String(bytes.count, radix: 16) + "\r\n"
        return Array(size.utf8) + bytes + [13, 10]
    }

    /// What ends a chunked body.
    static let lastChunk = Array("0\r\n\r\n".utf8)

    private static func isSafe(name: String, value: String) -> Bool {
        let owned = ["content-length", "transfer-encoding", "connection"]
        guard !name.isEmpty, !owned.contains(name.lowercased()) else { return false }
        let isToken = name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != 0x3A }
        return isToken && value.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }
    }

    /// The phrases of RFC 9110 §15 for the codes that servers here give; readers ignore them.
    private static func reason(of status: Int) -> String {
        switch status {
        case 200: "OK"
        case 201: "Created"
        case 204: "No Content"
        case 206: "Partial Content"
        case 304: "Not Modified"
        case 307: "Temporary Redirect"
        case 400: "Bad Request"
        case 401: "Unauthorized"
        case 403: "Forbidden"
        case 404: "Not Found"
        case 405: "Method Not Allowed"
        case 406: "Not Acceptable"
        case 409: "Conflict"
        case 411: "Length Required"
        case 412: "Precondition Failed"
        case 413: "Content Too Large"
        case 414: "URI Too Long"
        case 415: "Unsupported Media Type"
        case 416: "Range Not Satisfiable"
        case 422: "Unprocessable Content"
        case 429: "Too Many Requests"
        case 431: "Request Header Fields Too Large"
        case 500: "Internal Server Error"
        case 501: "Not Implemented"
        case 503: "Service Unavailable"
        default: "Status"
        }
    }
}
