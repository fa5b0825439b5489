import Testing

@testable import Web

@Suite struct ResponseHeadTests {
    private func text(
        _ status: Int,
        _ headers: [(name: String, value: String)] = [],
        _ framing: ResponseHead.Framing,
        closes: Bool = false
    ) -> String {
        let head = ResponseHead(status: status, headers: headers, framing: framing, closes: closes)
        return String(decoding: head.bytes, as: UTF8.self)
    }

    @Test func `writes status, headers and length`() {
        let head = text(201, [("location", "/x"), ("etag", "\"1\"")], .length(3))
        let expected =
            "HTTP/1.1 201 Created\r\nlocation: /x\r\netag: \"1\"\r\ncontent-length: 3\r\n\r\n"
        #expect(head == expected)
    }

    @Test func `says how the body ends, and that the connection does`() {
        #expect(text(204, [], .none) == "HTTP/1.1 204 No Content\r\n\r\n")
        #expect(text(200, [], .chunked).contains("\r\ntransfer-encoding: chunked\r\n"))
        #expect(text(200, [], .close).contains("\r\nconnection: close\r\n"))
        #expect(text(413, [], .length(0), closes: true).contains("\r\nconnection: close\r\n"))
    }

    @Test(arguments: [
        ("x", "a\r\nset-cookie: evil"), ("x\r\ny", "a"), ("", "a"), ("x y", "a"), ("x:", "a"),
        ("Content-Length", "9"), ("transfer-encoding", "chunked"), ("x", "\u{0}"),
    ])
    func `leaves out a header that would break out or lie`(name: String, value: String) {
        #expect(text(204, [(name, value)], .none) == "HTTP/1.1 204 No Content\r\n\r\n")
    }

    @Test func `frames chunks, never an empty one`() {  // RFC 9112 §7.1
        let chunk = ResponseHead.chunk(Array(repeating: 0x61, count: 26))
        #expect(chunk == Array("1a\r\n".utf8) + Array(repeating: 0x61, count: 26) + [13, 10])
        #expect(ResponseHead.chunk([]).isEmpty)
    }
}
