import Foundation
import Testing
import Web

/// Event streams, and how a server begins and ends.
@Suite(.timeLimit(.minutes(1))) struct WebServerStreamTests {
    private func configuration(tls: WebServerConfiguration.TLS? = nil) -> WebServerConfiguration {
        WebServerConfiguration(port: 0, tls: tls)
    }

    /// A stream of `count` events that then goes on for ever, or ends.
    private static func events(_ count: Int, ends: Bool, left: @escaping @Sendable () -> Void = {})
        -> HTTPResponse
    {
        let (stream, source) = AsyncStream.makeStream(of: ServerSentEvent.self)
        source.onTermination = { [source] _ in withExtendedLifetime(source, left) }
        for number in 0..<count { source.yield(ServerSentEvent("\(number)", name: "tick")) }
        if ends { source.finish() }
        return .events(stream)
    }

    @Test func `sends events in chunks and ends with the stream`() async throws {
        let server = try WebServer(configuration: configuration()) { _ in
            Self.events(3, ends: true)
        }
        let (head, body) = try await blocking {
            let client = try HTTPClient(port: server.port)
            try client.request("GET", "/")
            let head = try client.read(through: "\r\n\r\n")
            let body = try client.read(through: "0\r\n\r\n")
            try client.request("GET", "/")  // the connection lives on
            _ = try client.read(through: "0\r\n\r\n")
            return (head, body)
        }
        #expect(head.contains("\r\ncontent-type: text/event-stream\r\n"))
        #expect(head.contains("\r\ntransfer-encoding: chunked\r\n"))
        for number in 0..<3 { #expect(body.contains("event: tick\ndata: \(number)\n\n")) }
        await server.stop()
    }

    @Test func `HTTP 1.0 gets its events unchunked until the close`() async throws {
        let server = try WebServer(configuration: configuration()) { _ in
            Self.events(2, ends: true)
        }
        let all = try await blocking {
            let client = try HTTPClient(port: server.port)
            try client.send("GET / HTTP/1.0\r\n\r\n")
            return try client.readToEnd()
        }
        #expect(all.contains("\r\nconnection: close\r\n"))
        #expect(all.hasSuffix("event: tick\ndata: 0\n\nevent: tick\ndata: 1\n\n"))
        await server.stop()
    }

    @Test func `a reader that leaves ends the stream for its producer`() async throws {
        let (left, report) = AsyncStream.makeStream(of: Void.self)
        let server = try WebServer(configuration: configuration()) { _ in
            Self.events(1, ends: false) { report.yield() }
        }
        try await blocking {
            let client = try HTTPClient(port: server.port)
            try client.request("GET", "/")
            _ = try client.read(through: "data: 0\n\n")
            client.close()
        }
        for await _ in left { break }
        await server.stop()
    }

    @Test func `a silent stream says that it lives`() async throws {
        var configuration = configuration()
        configuration.heartbeatSeconds = 1
        let server = try WebServer(configuration: configuration) { _ in
            Self.events(0, ends: false)
        }
        try await blocking {
            let client = try HTTPClient(port: server.port)
            try client.request("GET", "/")
            _ = try client.read(through: ": still here\n\n")
        }
        await server.stop()
    }

    @Test func `a reader that never reads is cut off, and holds up nobody`() async throws {
        var configuration = configuration()
        configuration.timeoutSeconds = 1
        let (left, report) = AsyncStream.makeStream(of: Void.self)
        let server = try WebServer(configuration: configuration) { request in
            guard request.path == "/flood" else { return .text(200, "here") }
            let (stream, source) = AsyncStream.makeStream(of: ServerSentEvent.self)
            let line = String(repeating: "x", count: 100_000)
            for _ in 0..<200 { source.yield(ServerSentEvent(line)) }
            source.onTermination = { [source] _ in
                _ = withExtendedLifetime(source) { report.yield() }
            }
            return .events(stream)
        }
        let client = try await blocking {
            let deaf = try HTTPClient(port: server.port)
            try deaf.request("GET", "/flood")
            let other = try HTTPClient(port: server.port)
            try other.request("GET", "/")
            #expect(try other.response().body == "here\n")
            return Sent(deaf)
        }
        for await _ in left { break }
        client.value.close()
        await server.stop()
    }

    @Test func `stops with connections open in every state`() async throws {
        let (left, report) = AsyncStream.makeStream(of: Void.self)
        let server = try WebServer(configuration: configuration()) { request in
            if request.path == "/events" { return Self.events(1, ends: false) { report.yield() } }
            let (never, keep) = AsyncStream.makeStream(of: Void.self)
            for await _ in never {}
            _ = withExtendedLifetime(keep) { report.yield() }
            return .text(200, "too late")
        }
        let clients = try await blocking {
            let (idle, half) = (
                try HTTPClient(port: server.port), try HTTPClient(port: server.port)
            )
            try half.send("POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\nabc")
            let waiting = try HTTPClient(port: server.port)
            try waiting.request("GET", "/wait")
            let streaming = try HTTPClient(port: server.port)
            try streaming.request("GET", "/events")
            _ = try streaming.read(through: "data: 0\n\n")
            return [idle, half, waiting, streaming].map(Sent.init)
        }
        await server.stop()
        await server.stop()
        var count = 0
        for await _ in left {
            count += 1
            if count == 2 { break }
        }
        let rests = try await blocking { try clients.map { try $0.value.readToEnd() } }
        #expect(rests.dropLast().joined() == "")
    }

    @Test func `a port in use is named`() async throws {
        let first = try WebServer(configuration: configuration()) { _ in .text(200, "") }
        let port = first.port
        var second = configuration()
        second.port = port
        let error = #expect(throws: WebServerError.portInUse(host: "127.0.0.1", port: port)) {
            _ = try WebServer(configuration: second) { _ in .text(200, "") }
        }
        #expect(error?.description == "port \(port) is in use on 127.0.0.1")
        await first.stop()
        try await WebServer(configuration: second) { _ in .text(200, "") }.stop()
    }

    @Test func `an address that is not here is named`() throws {
        let elsewhere = WebServerConfiguration(host: "192.0.2.1", port: 0)  // RFC 5737
        #expect(throws: WebServerError.noSuchAddress("192.0.2.1")) {
            try WebServer(configuration: elsewhere) { _ in .text(200, "") }
        }
        let nonsense = WebServerConfiguration(host: "here", port: 0)
        #expect(throws: WebServerError.noSuchAddress("here")) {
            try WebServer(configuration: nonsense) { _ in .text(200, "") }
        }
    }

    @Test func `serves IPv6`() async throws {
        let here = WebServerConfiguration(host: "::1", port: 0)
        let server = try WebServer(configuration: here) { .text(200, $0.remote) }
        let (output, _) = try await run("curl", ["-gsS", "http://[::1]:\(server.port)/"])
        #expect(output == "::1\n")
        await server.stop()
    }

    @Test func `serves TLS, and names a missing or unusable file`() async throws {
        let folder = FileManager.default.temporaryDirectory.path + "/web-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let (certificate, key) = (folder + "/cert.pem", folder + "/key.pem")
        let made = try await run(
            "openssl",
            ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
                + ["-subj", "/CN=localhost", "-days", "2", "-keyout", key, "-out", certificate]
        )
        #expect(made.code == 0, "\(made.output)")
        let tls = WebServerConfiguration.TLS(certificate: certificate, key: key)
        let server = try WebServer(configuration: configuration(tls: tls)) { .text(200, $0.path) }
        let url = "https://localhost:\(server.port)/secret"
        let resolve = ["--resolve", "localhost:\(server.port):127.0.0.1"]
        let answer = try await run("curl", ["-sS", "--cacert", certificate] + resolve + [url])
        #expect(answer.output == "/secret\n")
        await server.stop()

        let missing = WebServerConfiguration.TLS(certificate: folder + "/none", key: key)
        #expect(throws: WebServerError.unreadableFile(folder + "/none")) {
            try WebServer(configuration: configuration(tls: missing)) { _ in .text(200, "") }
        }
        let swapped = WebServerConfiguration.TLS(certificate: key, key: certificate)
        #expect(throws: WebServerError.unusableCertificate(certificate: key, key: certificate)) {
            try WebServer(configuration: configuration(tls: swapped)) { _ in .text(200, "") }
        }
    }
}
