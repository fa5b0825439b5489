import Glibc
import Wire

/// One HTTP POST, blocking: all that WHIP and WHEP need of a client.
struct WebCall {
    let server: Endpoint

    /// Posts an offer and gives back the answer's text.
    func post(_ offer: String, to path: String) throws(LoadError) -> String {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { throw .system(call: "socket", code: errno) }
        defer { close(descriptor) }
        var address = sockaddr_in(server)
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else { throw .system(call: "connect", code: errno) }
        let request = Array(
            """
            POST \(path) HTTP/1.1\r\nHost: \(server)\r\nContent-Type: application/sdp\r
            Content-Length: \(offer.utf8.count)\r\nConnection: close\r\n\r\n\(offer)
            """.utf8)
        guard write(descriptor, request, request.count) == request.count else {
            throw .system(call: "write", code: errno)
        }
        return try body(of: response(from: descriptor))
    }

    private func response(from descriptor: Int32) -> String {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 8192)
        while !isWhole(bytes) {
            let count = read(descriptor, &chunk, chunk.count)
            guard count > 0 else { break }
            bytes += chunk[0..<count]
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private func isWhole(_ bytes: [UInt8]) -> Bool {
        let text = String(decoding: bytes, as: UTF8.self)
        guard let (head, body) = Self.split(text) else { return false }
        let field = head.split(separator: "\r\n").first {
            $0.lowercased().hasPrefix("content-length:")
        }
        guard let count = field?.split(separator: " ").last.flatMap({ Int($0) }) else {
            return false
        }
        return body.utf8.count >= count
    }

    private func body(of response: String) throws(LoadError) -> String {
        guard response.hasPrefix("HTTP/1.1 201"), let parts = Self.split(response) else {
            throw .http(String(response.prefix(300)))
        }
        return String(parts.body)
    }

    /// Head and body. By octets: a CR LF is one `Character`.
    private static func split(_ text: String) -> (head: String, body: String)? {
        let bytes = Array(text.utf8)
        let mark: [UInt8] = [13, 10, 13, 10]
        guard bytes.count >= 4,
            let end = (0...bytes.count - 4).first(where: { bytes[$0..<$0 + 4].elementsEqual(mark) })
        else { return nil }
        return (
            String(decoding: bytes[..<end], as: UTF8.self),
            String(decoding: bytes[(end + 4)...], as: UTF8.self)
        )
    }
}
