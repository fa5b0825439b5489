import Testing
import Web

/// What a browser, a script or a stranger on the wire can do to the server.
@Suite(.timeLimit(.minutes(1))) struct WebServerTests {
    private func server(
        maxBodyByteCount: Int = 256 * 1024, timeoutSeconds: Int = 20,
        respond: @escaping @Sendable (HTTPRequest) async -> HTTPResponse = { request in
            .text(200, "\(request.method.name) \(request.path) \(request.body.count)")
        }
    ) throws -> WebServer {
        var configuration = WebServerConfiguration(port: 0)
        configuration.maxBodyByteCount = maxBodyByteCount
        configuration.timeoutSeconds = timeoutSeconds
        return try WebServer(configuration: configuration, respond: respond)
    }

    @Test func `answers many callers at once, each with its own`() async throws {
        let server = try server()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<24 {
                group.addTask {
                    let body = try await blocking {
                        let client = try HTTPClient(port: server.port)
                        return try (0..<10).map { round in
                            try client.request("GET", "/\(number)/\(round)")
                            return try client.response().body
                        }
                    }
                    #expect(body == (0..<10).map { "GET /\(number)/\($0) 0\n" })
                }
            }
            try await group.waitForAll()
        }
        await server.stop()
    }

    @Test func `handlers that wait hold up nobody`() async throws {
        let (gate, opener) = AsyncStream.makeStream(of: Void.self)
        let wait = Task { for await _ in gate {} }
        let server = try server { request in
            if request.path == "/wait" { await wait.value }
            return .text(200, request.path)
        }
        let bodies = try await blocking {
            let waiting = try (0..<100).map { _ in try HTTPClient(port: server.port) }
            for client in waiting { try client.request("GET", "/wait") }
            let quick = try HTTPClient(port: server.port)
            try quick.request("GET", "/quick")
            let first = try quick.response().body
            opener.finish()
            return [first] + (try waiting.map { try $0.response().body })
        }
        #expect(bodies == ["/quick\n"] + Array(repeating: "/wait\n", count: 100))
        await server.stop()
    }

    @Test func `pipelined requests are answered in their order`() async throws {
        let server = try server()
        let bodies = try await blocking {
            let client = try HTTPClient(port: server.port)
            let get = "GET /a HTTP/1.1\r\nhost: x\r\n\r\n"
            try client.send(
                "POST /b HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\n\r\nabc" + get + get)
            return try (0..<3).map { _ in try client.response().body }
        }
        #expect(bodies == ["POST /b 3\n", "GET /a 0\n", "GET /a 0\n"])
        await server.stop()
    }

    @Test(arguments: ["content-length: 3\r\n\r\nabc", "\r\n", "content-length: -9\r\n\r\nabc"])
    func `libwebsockets 4.1.6 hangs on a body pipelined behind a request, so it is closed`(
        rest: String
    ) async throws {
        let server = try server()
        let (answers, after) = try await blocking {
            let client = try HTTPClient(port: server.port)
            let get = "GET /a HTTP/1.1\r\nhost: x\r\n\r\n"
            try client.send(get + "POST /b HTTP/1.1\r\nhost: x\r\n" + rest)
            let answers = try client.readToEnd()
            let other = try HTTPClient(port: server.port)
            try other.request("POST", "/c", body: "abc")
            return (answers, try other.response().body)
        }
        #expect(answers.hasSuffix("\r\n\r\nGET /a 0\n"))
        #expect(after == "POST /c 3\n")
        await server.stop()
    }

    @Test func `a body over the limit gets 413, and the connection goes on`() async throws {
        let server = try server(maxBodyByteCount: 1000)
        let answers = try await blocking {
            let client = try HTTPClient(port: server.port)
            var answers: [(Int, String)] = []
            for count in [1000, 1001, 200_000, 5] {
                try client.request("POST", "/b", body: String(repeating: "x", count: count))
                let (status, _, body) = try client.response()
                answers.append((status, body))
            }
            return answers
        }
        #expect(answers.map(\.0) == [200, 413, 413, 200])
        #expect(answers[1].1 == "the body is larger than this server takes\n")
        await server.stop()
    }

    @Test func `a 413 comes when its body is read, so that the next request lies behind nothing`()
        async throws
    {
        let server = try server(maxBodyByteCount: 1000)
        let statuses = try await blocking {
            let client = try HTTPClient(port: server.port)
            return try (0..<200).flatMap { _ in
                try [200_000, 5].map { count in
                    try client.request("POST", "/b", body: String(repeating: "x", count: count))
                    return try client.response().status
                }
            }
        }
        #expect(statuses == (0..<200).flatMap { _ in [413, 200] })
        await server.stop()
    }

    @Test(arguments: [0, 1, 150_000])
    func `a 413 comes while a body is still on its way, when that takes too long`(
        sent: Int
    ) async throws {
        let server = try server(maxBodyByteCount: 1000, timeoutSeconds: 1)
        let (answer, after) = try await blocking {
            let client = try HTTPClient(port: server.port)
            try client.send(
                "POST /b HTTP/1.1\r\nhost: x\r\ncontent-length: 200000\r\n\r\n"
                    + String(repeating: "x", count: sent))
            let answer = try client.readToEnd()
            let other = try HTTPClient(port: server.port)
            try other.request("POST", "/c", body: "abc")
            return (answer, try other.response().body)
        }
        #expect(answer.hasPrefix("HTTP/1.1 413 ") && answer.contains("connection: close"))
        #expect(answer.hasSuffix("the body is larger than this server takes\n"))
        #expect(after == "POST /c 3\n")
        await server.stop()
    }

    @Test(arguments: [
        ("BREW / HTTP/1.1\r\nhost: x\r\n\r\n", 405),
        ("POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n", 411),
        ("POST / HTTP/1.1\r\nhost: x\r\ncontent-length: -1\r\n\r\n", 400),
        ("POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1x\r\n\r\n", 400),
        ("POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab", 400),
        ("GET /\(String(repeating: "a", count: 9000)) HTTP/1.1\r\nhost: x\r\n\r\n", 414),
        ("GET / HTTP/1.1\r\nhost: \(String(repeating: "a", count: 9000))\r\n\r\n", 431),
        ("GET /a&b HTTP/1.1\r\nhost: x\r\n\r\n", 400),
        ("GET /%ff HTTP/1.1\r\nhost: x\r\n\r\n", 400),
        ("\u{16}\u{3}\u{1}\u{2}\r\n\r\n", 400),
    ])
    func `what is wrong is refused, and the connection closed`(
        bytes: String,
        status: Int
    ) async throws {
        let server = try server()
        let answered = try await blocking {
            let client = try HTTPClient(port: server.port)
            try client.send(bytes)
            return try client.response().status
        }
        #expect(answered == status)
        await server.stop()
    }

    @Test(arguments: [
        ("/%2e%2e/%2e%2e/etc", "/etc"), ("/a/../../b", "/b"), ("/a%2Fb", "/a/b"),
        ("/%252e%252e", "/%2e%2e"), ("/r%C3%A4um", "/räum"), ("//a", "/a"),
    ])
    func `paths are decoded once and never climb`(path: String, decoded: String) async throws {
        let server = try server()
        let body = try await blocking {
            let client = try HTTPClient(port: server.port)
            try client.request("GET", path)
            return try client.response().body
        }
        #expect(body == "GET \(decoded) 0\n")
        await server.stop()
    }

    @Test func `hands over query, headers and the caller's address`() async throws {
        let server = try server { request in
            let query = request.query.map { "\($0.name)=\($0.value)" }.joined(separator: "|")
            let (match, last) = (request.headers[.ifMatch], request.headers[.lastEventID])
            return .text(200, "\(query) \(match ?? "") \(last ?? "") \(request.remote)")
        }
        let body = try await blocking {
            let client = try HTTPClient(port: server.port)
            let headers = "If-Match: \"7\"\r\nLast-Event-ID: 42\r\n"
            try client.request("PATCH", "/?wait=5&name=a%26b+c&flag", headers: headers)
            return try client.response().body
        }
        #expect(body == "wait=5|name=a&b c|flag= \"7\" 42 127.0.0.1\n")
        await server.stop()
    }

    @Test func `HEAD has the length and not the body, 204 neither`() async throws {
        let server = try server { request in
            request.path == "/none" ? HTTPResponse(status: 204) : .text(200, "hello")
        }
        let heads = try await blocking {
            let client = try HTTPClient(port: server.port)
            try client.request("HEAD", "/")
            let first = try client.response(bodyless: true).head
            try client.request("DELETE", "/none")
            return [first, try client.response().head]
        }
        #expect(heads[0].contains("\r\ncontent-length: 6\r\n"))
        #expect(heads[1] == "HTTP/1.1 204 No Content\r\n\r\n")
        await server.stop()
    }

    @Test func `a body larger than any socket's buffer arrives whole`() async throws {
        let server = try server { _ in
            HTTPResponse(status: 200, body: .bytes(Array(repeating: 0x61, count: 8_000_000)))
        }
        let count = try await blocking {
            let client = try HTTPClient(port: server.port)
            try client.request("GET", "/")
            return try client.response().body.utf8.count
        }
        #expect(count == 8_000_000)
        await server.stop()
    }

    @Test func `a client that leaves cancels its handler`() async throws {
        let (cancelled, report) = AsyncStream.makeStream(of: Void.self)
        let (started, begin) = AsyncStream.makeStream(of: Void.self)
        let server = try server { _ in
            let (never, keep) = AsyncStream.makeStream(of: Void.self)
            begin.yield()
            for await _ in never {}
            _ = withExtendedLifetime(keep) { report.yield() }
            return .text(200, "too late")
        }
        let client = try await blocking {
            let client = try HTTPClient(port: server.port)
            try client.request("GET", "/")
            return Sent(client)
        }
        for await _ in started { break }
        client.value.close()
        for await _ in cancelled { break }
        await server.stop()
    }
}

/// Hands a client from one thread to the next; only one has it at a time.
struct Sent: @unchecked Sendable {
    let value: HTTPClient
    init(_ value: HTTPClient) { self.value = value }
}
