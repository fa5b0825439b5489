import Wire

/// All of a message that comes before its body, as tolerant as cameras need it: bare line feeds,
/// folded lines, several blanks in a row, blanks in front of a colon, no reason phrase.
struct MessageHead {
    enum Line {
        case request(RTSPMethod, uri: String)
        case response(status: Int, reason: String)
    }

    let line: Line
    let headers: RTSPHeaders
    /// Octets of the body; 0 when nothing is said.
    let contentLength: Int

    /// Reads the start line and the header fields; an empty line at the end is optional.
    init(parsing bytes: RawSpan) throws(ParseError) {
        let text = bytes.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
        let lines = text.split { $0 == "\n" || $0 == "\r\n" }
        guard let first = lines.first, let line = Self.startLine(first) else {
            throw .invalid(field: "start line", at: 0)
        }
        var headers = RTSPHeaders()
        for line in lines.dropFirst() { headers.read(line: line) }
        (self.line, self.headers) = (line, headers)
        guard let length = headers["Content-Length"] else {
            contentLength = 0
            return
        }
        guard let count = Int(length), count >= 0 else {
            throw .invalid(field: "Content-Length", at: 0)
        }
        contentLength = count
    }

    /// A request or status line; `nil` for any other text.
    static func startLine(_ text: Substring) -> Line? {
        let words = printable(String(text)).split(separator: " ")
        guard let first = words.first else { return nil }
        if first.utf8.starts(with: "RTSP/".utf8) {
            guard words.count >= 2, let status = Int(words[1]), (100...999).contains(status) else {
                return nil
            }
            let reason = words.dropFirst(2).joined(separator: " ")
            return .response(status: status, reason: reason)
        }
        guard words.count >= 3, let last = words.last, last.utf8.starts(with: "RTSP/".utf8),
            first.utf8.allSatisfy({ (65...90).contains($0 & 0xDF) || $0 == UInt8(ascii: "_") })
        else { return nil }
        let uri = words.dropFirst().dropLast().joined(separator: " ")
        return .request(RTSPMethod(rawValue: first.uppercased()), uri: uri)
    }

    /// A message that fills `bytes`.
    static func whole(_ bytes: RawSpan) throws(ParseError) -> (head: MessageHead, body: [UInt8]) {
        guard let end = headEnd(of: bytes) else {
            throw .truncated(at: bytes.byteCount, needed: 1)
        }
        guard end <= RTSPStream.headLimit else { throw .invalid(field: "header length", at: end) }
        let head = try MessageHead(parsing: bytes.extracting(0..<end))
        let present = bytes.byteCount - end
        guard head.contentLength <= RTSPStream.bodyLimit else {
            throw .invalid(field: "Content-Length", at: 0)
        }
        guard present >= head.contentLength else {
            throw .truncated(at: bytes.byteCount, needed: head.contentLength - present)
        }
        guard present == head.contentLength else {
            throw .invalid(field: "end of the message", at: end + head.contentLength)
        }
        return (head, bytes.extracting(end..<bytes.byteCount).withUnsafeBytes { Array($0) })
    }

    /// Where the first empty line ends.
    private static func headEnd(of bytes: RawSpan) -> Int? {
        var isLineEmpty = false
        for offset in 0..<bytes.byteCount {
            switch bytes.unsafeLoad(fromUncheckedByteOffset: offset, as: UInt8.self) {
            case UInt8(ascii: "\n"):
                if isLineEmpty { return offset + 1 }
                isLineEmpty = true
            case UInt8(ascii: "\r"): continue
            default: isLineEmpty = false
            }
        }
        return nil
    }
}
