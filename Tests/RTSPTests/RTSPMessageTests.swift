import RTSP
import Testing
import Wire

@Suite struct RTSPMessageTests {
    static let setup = """
        SETUP rtsp://example.com/foo/bar/baz.rm RTSP/1.0\r
        CSeq: 302\r
        Transport: RTP/AVP;unicast;client_port=4588-4589\r
        \r

        """  // RFC 2326 §10.4
    static let describe = """
        RTSP/1.0 200 OK\r
        CSeq: 312\r
        Date: 23 Jan 1997 15:35:06 GMT\r
        Content-Type: application/sdp\r
        Content-Length: 5\r
        \r
        v=0\r

        """

    static func request(_ text: String) throws(ParseError) -> RTSPRequest {
        try RTSPRequest(parsing: Array(text.utf8).span.bytes)
    }

    static func response(_ text: String) throws(ParseError) -> RTSPResponse {
        try RTSPResponse(parsing: Array(text.utf8).span.bytes)
    }

    @Test func `reads and prints a request`() throws {
        let request = try Self.request(Self.setup)
        #expect(request.method == .setup)
        #expect(request.uri == "rtsp://example.com/foo/bar/baz.rm")
        #expect(request.headers.sequence == 302)
        #expect(request.headers["transport"] == "RTP/AVP;unicast;client_port=4588-4589")
        #expect(String(decoding: request.bytes, as: UTF8.self) == Self.setup)
    }

    @Test func `reads and prints an answer with a body`() throws {
        let response = try Self.response(Self.describe)
        #expect(response.status == 200)
        #expect(response.isSuccess)
        #expect(response.body == Array("v=0\r\n".utf8))
        #expect(try RTSPResponse(parsing: response.bytes.span.bytes).bytes == response.bytes)
    }

    @Test func `refuses a message cut at any octet`() {
        for text in [Self.setup, Self.describe] {
            let octets = Array(text.utf8)
            for count in 0..<octets.count {
                let cut = Array(octets[..<count])
                #expect(throws: ParseError.self) { try RTSPRequest(parsing: cut.span.bytes) }
                #expect(throws: ParseError.self) { try RTSPResponse(parsing: cut.span.bytes) }
            }
        }
    }

    @Test func `any octet may be anything, and what is read prints the same again`() {
        let octets = Array(Self.describe.utf8)
        for index in octets.indices {
            for value: UInt8 in [0, 9, 10, 13, 32, 36, 45, 58, 0x7F, 0x80, 0xFF] {
                var changed = octets
                changed[index] = value
                guard let response = try? RTSPResponse(parsing: changed.span.bytes) else {
                    continue
                }
                let printed = response.bytes
                let again = try? RTSPResponse(parsing: printed.span.bytes)
                #expect(again?.bytes == printed)
            }
        }
    }

    @Test(arguments: [
        ("RTSP/1.0 200\r\nCSeq: 7\r\n\r\n", "no reason phrase"),
        ("RTSP/1.0  200  OK \nCSeq:7\n\n", "bare line feeds, several blanks"),
        ("RTSP/1.0 200 OK\r\nCSeq : \t 7 \r\n\r\n", "blanks around the colon and at the end"),
        ("RTSP/1.0 200 OK\r\ncseq:\r\n  7\r\n\r\n", "a folded line (Luma)"),
        (
            "RTSP/1.0 200 OK\r\n no field\r\nrubbish\r\n: 3\r\nCSeq: 7\r\n\r\n",
            "lines that are none"
        ),
        ("RTSP/1.1 200 OK\r\nCSeq: 7\r\nCSeq: 8\r\n\r\n", "another version, a repeated field"),
    ]) func `takes what cameras write`(text: String, what: String) throws {
        let response = try Self.response(text)
        #expect(response.status == 200)
        #expect(response.headers.sequence == 7)
    }

    @Test(arguments: [
        "HTTP/1.0 200 OK\r\n\r\n", "RTSP/1.0 x\r\n\r\n", "RTSP/1.0 99 X\r\n\r\n",
        "RTSP/1.0\r\n\r\n",
        "\r\n\r\n", "RTSP/1.0 200 OK\r\nContent-Length: -1\r\n\r\n",
        "RTSP/1.0 200 OK\r\nContent-Length: x\r\n\r\n",
        "RTSP/1.0 200 OK\r\nContent-Length: 65537\r\n\r\n",
        "RTSP/1.0 200 OK\r\nContent-Length: 9223372036854775808\r\n\r\n",
        "RTSP/1.0 200 OK\r\n\r\nrest", setup,
    ]) func `refuses what is no answer`(text: String) {
        #expect(throws: ParseError.self) { try Self.response(text) }
    }

    @Test func `no value can begin a header line of its own`() throws {
        var request = RTSPRequest(.options, uri: "rtsp://camera/\r\nX: 1")
        request.headers.append("A", "b\r\nC: d\u{0}\n")
        let again = try RTSPRequest(parsing: request.bytes.span.bytes)
        #expect(again.headers.fields.map(\.name) == ["A"])
        #expect(again.headers["X"] == nil)
    }

    @Test func `setting a field replaces all of its name`() {
        var headers = RTSPHeaders()
        headers.append("WWW-Authenticate", "a")
        headers.append("www-authenticate", "b")
        #expect(headers.values("WWW-AUTHENTICATE") == ["a", "b"])
        headers["Www-Authenticate"] = "c"
        #expect(headers.fields.map(\.value) == ["c"])
        headers["www-authenticate"] = nil
        #expect(headers.fields.isEmpty)
    }
}
