import RTSP
import Testing
import Wire

@Suite struct RTSPURLTests {
    struct Example: CustomTestStringConvertible, Sendable {
        let written: String
        let text: String
        var host = "camera"
        var port: UInt16 = 554
        var user: String?
        var password: String?
        var testDescription: String { written }
    }

    static let examples = [
        Example(written: "rtsp://camera/live", text: "rtsp://camera/live"),
        Example(written: "rtsp://camera", text: "rtsp://camera/"),
        Example(written: " RTSP://camera:8554/a b\n", text: "rtsp://camera:8554/a%20b", port: 8554),
        Example(written: "rtsps://camera/x", text: "rtsps://camera/x", port: 443),
        Example(written: "rtsps://camera:322/x", text: "rtsps://camera:322/x", port: 322),
        Example(
            written: "rtsp://u:p@camera/a?b=c&d=e#f", text: "rtsp://camera/a?b=c&d=e", user: "u",
            password: "p"),
        Example(
            written: "rtsp://u:p%40%3A%zz%2@camera/", text: "rtsp://camera/", user: "u",
            password: "p@:%zz%2"),
        Example(
            written: "rtsp://admin:p@ss:word@camera/", text: "rtsp://camera/", user: "admin",
            password: "p@ss:word"),
        Example(written: "rtsp://u@camera/", text: "rtsp://camera/", user: "u", password: ""),
        Example(written: "rtsp://:p@camera/", text: "rtsp://camera/", user: "", password: "p"),
        Example(written: "rtsp://camera?x=1", text: "rtsp://camera/?x=1"),
        // U+0301 and U+0711 are drawn over what stands before them.
        Example(written: "rtsp://camera/a#\u{711}b", text: "rtsp://camera/a"),
        Example(written: "rtsp://camera/\u{301}", text: "rtsp://camera/%CC%81"),
        Example(written: "rtsp://camera?\u{301}", text: "rtsp://camera/?%CC%81"),
        Example(
            written: "rtsp://u:\u{301}p@camera:99/", text: "rtsp://camera:99/", port: 99, user: "u",
            password: "\u{301}p"),
        Example(written: "rtsp://rtsp://camera/x", text: "rtsp://camera/x"),
        Example(
            written: "rtsp://[2001:db8::1]:99/x", text: "rtsp://[2001:db8::1]:99/x",
            host: "2001:db8::1", port: 99),
        Example(
            written: "rtsp://2001:db8::1/x", text: "rtsp://[2001:db8::1]/x", host: "2001:db8::1"),
        Example(written: "rtsp://camera:/x", text: "rtsp://camera/x"),
        Example(written: "rtsp://camera/ü", text: "rtsp://camera/%C3%BC"),
    ]

    @Test(arguments: examples) func `is read as users paste it`(_ example: Example) throws {
        let url = try RTSPURL(parsing: example.written)
        #expect(url.text == example.text)
        #expect((url.host, url.port) == (example.host, example.port))
        #expect(url.credentials?.user == example.user)
        #expect(url.credentials?.password == example.password)
        #expect(try RTSPURL(parsing: url.text).text == url.text)
    }

    @Test(arguments: [
        "", "http://camera/", "camera/live", "rtsp://", "rtsp:///x", "rtsp://u:p@/x",
        "rtsp://camera:0/", "rtsp://camera:65536/", "rtsp://camera:x/", "rtsp://[::1]x/",
        "rtsp://a b/", "rtsp://a\r\nb/", "rtsp://[::1/",
    ]) func `refuses what names no host or port`(_ text: String) {
        #expect(throws: ParseError.self) { try RTSPURL(parsing: text) }
    }

    @Test func `no way of printing shows the password`() throws {
        let url = try RTSPURL(parsing: "rtsp://someone:hunter2@camera/live")
        let configuration = RTSPClientConfiguration(url: url, seed: [1])
        var dumped = ""
        dump(url, to: &dumped)
        dump(configuration, to: &dumped)
        dump(RTSPEvent.redirected(url), to: &dumped)
        let printed = [
            "\(url)", "\(configuration)", "\(RTSPEvent.redirected(url))", String(reflecting: url),
            String(reflecting: url.credentials), "\(String(describing: url.credentials))", dumped,
        ].joined()
        #expect(!printed.contains("hunter2"))
        #expect(!printed.contains("someone"))
    }

    @Test(arguments: [
        ("rtsp://u:p@camera/live", "rtsp://camera/live"),
        ("rtsps://nest/x?auth=token", "rtsps://nest/x?…"),
        ("rtsp://camera", "rtsp://camera/"),
        (
            "rtsp://camera/user=a_Password=secret_channel=1.sdp?x",
            "rtsp://camera/user=a_password=…?…"
        ),
    ]) func `logs see no secret that stands in a path or a query`(text: String, shown: String)
        throws
    {
        #expect(try RTSPURL(parsing: text).description == shown)
    }

    @Test(arguments: [
        "rtsp://cam:p@SECRET/word@192.0.2.1:8554/live", "rtsp://cam:12/SECRET@192.0.2.1/live",
        "rtsp://cam:SEC/RET@192.0.2.1/live", "rtsp://cam:a#b@c%d/e@192.0.2.1/live",
        "rtsp://rtsp://cam:p/w@192.0.2.1/live", "rtsp://cam:p?w/x@192.0.2.1/live",
        "rtsp://cam:SEC/RET@\u{301}192.0.2.1/live", "rtsp://cam:\u{301}SEC/RET@192.0.2.1/live",
    ])
    func `a password with a slash in it is refused, and no piece of it told`(written: String) {
        #expect(throws: ParseError.self) { try RTSPURL(written: written) }
        do throws(ParseError) { _ = try RTSPURL(written: written) } catch {
            #expect("\(error)".contains("%2F"))
            #expect(!"\(error)".contains("SEC"))
        }
    }

    @Test(arguments: [
        "rtsp://u:p@camera/live", "rtsp://rtsp://u:p@camera/live", "rtsp://camera/a@b",
        "rtsp://u:p@ss@camera/a?user=x@y", "rtsp://camera:554/live?mail=a@b",
    ])
    func `an at sign elsewhere is read as it always is`(written: String) throws {
        #expect(try RTSPURL(written: written) == RTSPURL(parsing: written))
    }

    @Test func `what cannot be read is not repeated`() {
        #expect(throws: ParseError.invalid(field: "port of the URL", at: 0)) {
            try RTSPURL(parsing: "rtsp://someone:hunter2@camera:99999/")
        }
    }
}
