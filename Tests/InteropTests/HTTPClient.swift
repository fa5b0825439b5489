import Foundation
import Glibc

/// One TCP connection to a server on this machine. It blocks, so it is used on threads of its own:
/// the tasks under test must not wait for their own client.
final class HTTPClient {
    struct Failure: Error { let what: String }

    private let socket: Int32
    private var buffer: [UInt8] = []

    init(port: Int) throws {
        socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var limit = timeval(tv_sec: 20, tv_usec: 0)  // an upper bound; nothing waits for it
        setsockopt(
            socket, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else { throw Failure(what: "connect: errno \(errno)") }
    }

    deinit { close() }

    private var isClosed = false

    func close() {
        if !isClosed { Glibc.close(socket) }
        isClosed = true
    }

    func send(_ text: String) throws { try send(Array(text.utf8)) }

    func send(_ bytes: [UInt8]) throws {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                Glibc.send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { throw Failure(what: "send: errno \(errno)") }
            sent += count
        }
    }

    /// Sends a request with a body of its announced length.
    func request(_ method: String, _ path: String, headers: String = "", body: String = "") throws {
        let length = body.isEmpty ? "" : "content-length: \(body.utf8.count)\r\n"
        try send("\(method) \(path) HTTP/1.1\r\nhost: localhost\r\n\(headers)\(length)\r\n\(body)")
    }

    /// Everything up to and including `end`, which must come.
    func read(through end: String) throws -> String {
        let end = Array(end.utf8)
        while true {
            if let range = buffer.firstRange(of: end) {
                defer { buffer.removeSubrange(..<range.upperBound) }
                return String(decoding: buffer[..<range.upperBound], as: UTF8.self)
            }
            guard try fill() else { throw Failure(what: "the server hung up") }
        }
    }

    /// One answer with `content-length`.
    func response(bodyless: Bool = false) throws -> (status: Int, head: String, body: String) {
        let head = try read(through: "\r\n\r\n")
        let status = Int(head.split(separator: " ")[1]) ?? 0
        let line = head.split(separator: "\r\n").first { $0.hasPrefix("content-length: ") }
        let count = bodyless ? 0 : line.flatMap { Int($0.dropFirst(16)) } ?? 0
        while buffer.count < count {
            guard try fill() else { throw Failure(what: "the server hung up") }
        }
        defer { buffer.removeFirst(count) }
        return (status, head, String(decoding: buffer.prefix(count), as: UTF8.self))
    }

    /// What comes until the server closes.
    func readToEnd() throws -> String {
        while try fill() {}
        defer { buffer.removeAll() }
        return String(decoding: buffer, as: UTF8.self)
    }

    private func fill() throws -> Bool {
        var chunk = [UInt8](repeating: 0, count: 65_536)
        let count = recv(socket, &chunk, chunk.count, 0)
        if count < 0, errno != ECONNRESET { throw Failure(what: "recv: errno \(errno)") }
        if count > 0 { buffer += chunk[..<count] }
        return count > 0
    }
}

/// Runs blocking work on a thread of its own.
func blocking<Value: Sendable>(
    _ work: @escaping @Sendable () throws -> Value
) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
        Thread.detachNewThread { continuation.resume(with: Result { try work() }) }
    }
}

/// Runs a command and returns what it printed on both streams, and how it ended.
func run(_ command: String, _ arguments: [String]) async throws -> (output: String, code: Int32) {
    try await blocking {
        let process = Process()
        let pipe = Pipe()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [command] + arguments
        process.standardOutput = pipe
        process.standardError = pipe
        try process.run()
        let output = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (String(decoding: output, as: UTF8.self), process.terminationStatus)
    }
}
