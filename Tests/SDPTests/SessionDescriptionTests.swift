import SDP
import Testing
import Wire

@Suite struct SessionDescriptionTests {
    static let example = """
        v=0
        o=jdoe 3724394400 3724394405 IN IP4 198.51.100.1
        s=Call to John Smith
        i=SDP Offer #1
        u=http://www.jdoe.example.com/home.html
        e=Jane Doe <jane@jdoe.example.com>
        p=+1 617 555-6011
        c=IN IP4 198.51.100.1
        t=0 0
        m=audio 49170 RTP/AVP 0
        m=audio 49180 RTP/AVP 0
        m=video 51372 RTP/AVP 99
        c=IN IP6 2001:db8::2
        a=rtpmap:99 h263-1998/90000

        """  // RFC 8866 §5

    static func wire(_ text: String) -> String { text.replacing("\n", with: "\r\n") }

    @Test func `reads and prints the RFC's example`() throws {
        let session = try SessionDescription(parsing: Self.wire(Self.example))
        #expect(session.name == "Call to John Smith")
        #expect(session.media.map(\.port) == [49170, 49180, 51372])
        #expect(session.media[2].payloadFormats.map(\.encodingName) == ["h263-1998"])
        #expect(session.media[2].otherLines == ["c=IN IP6 2001:db8::2"])
        #expect(session.description == Self.wire(Self.example))
    }

    @Test(arguments: ["\n", "\r", "\r\n", " \r\n", "\t \n", "\n\n", "\r\n  \r\n"])
    func `takes any line ending, blanks before it and blank lines`(_ ending: String) throws {
        let session = try SessionDescription(
            parsing: Self.example.replacing("\n", with: ending))
        #expect(session.description == Self.wire(Self.example))
    }

    @Test func `a cut anywhere is an error or a shorter description`() throws {
        let octets = Array(Self.wire(Self.example).utf8)
        for count in 0..<octets.count {
            let text = String(decoding: octets[..<count], as: UTF8.self)
            guard let session = try? SessionDescription(parsing: text) else { continue }
            #expect(session.media.count <= 3)
        }
    }

    @Test func `any octet may be anything`() throws {
        let octets = Array(Self.wire(Self.example).utf8)
        for index in octets.indices {
            for value: UInt8 in [0, 10, 32, 47, 58, 61, 0x80, 0xFF] {
                var changed = octets
                changed[index] = value
                guard
                    let session = try? SessionDescription(
                        parsing: String(decoding: changed, as: UTF8.self))
                else { continue }
                for media in session.media { _ = (media.payloadFormats, media.ssrcs, media.mid) }
                let printed = session.description
                #expect(try SessionDescription(parsing: printed).description == printed)
            }
        }
    }

    struct Wrong: CustomTestStringConvertible, Sendable {
        let text: String
        let error: ParseError
        var testDescription: String { "\(error)" }
    }

    static let head = "v=0\no=- 1 1 IN IP4 0.0.0.0\ns=-\nt=0 0\n"
    static let wrong = [
        Wrong(text: "", error: .invalid(field: "v= line", at: 0)),
        Wrong(text: "v=1\n", error: .invalid(field: "v= line", at: 0)),
        Wrong(text: "v=0\ns=-\n", error: .invalid(field: "o= line", at: 0)),
        Wrong(text: head + "m=audio 9 RTP/AVP\n", error: .invalid(field: "m= line", at: 37)),
        Wrong(text: head + "m=audio 65536 RTP/AVP 0\n", error: .invalid(field: "m= port", at: 37)),
        Wrong(text: head + "garbage\n", error: .invalid(field: "line", at: 37)),
        Wrong(
            text: head + String(repeating: "m=audio 9 RTP/AVP 0\n", count: 65),
            error: .invalid(field: "number of m= lines", at: 37 + 64 * 20)),
        Wrong(
            text: head + String(repeating: "a=x\n", count: 2045),
            error: .invalid(field: "number of lines", at: 37 + 2044 * 4)),
        Wrong(
            text: head + "a=" + String(repeating: "x", count: 65_536),
            error: .invalid(field: "session description length", at: 65_536)),
    ]

    @Test(arguments: wrong) func `names what is wrong, and where`(_ wrong: Wrong) {
        #expect(throws: wrong.error) { try SessionDescription(parsing: wrong.text) }
    }

    @Test func `takes what just fits`() throws {
        let sections = String(repeating: "m=audio 9 RTP/AVP 0\n", count: 64)
        #expect(try SessionDescription(parsing: Self.head + sections).media.count == 64)
        let lines = String(repeating: "a=x\n", count: 2044)
        #expect(try SessionDescription(parsing: Self.head + lines).attributes.count == 2044)
    }

    @Test func `adds what a description must have`() throws {
        let session = try SessionDescription(parsing: "v=0\no=- 1 1 IN IP4 0.0.0.0\n")
        #expect(session.description == Self.wire("v=0\no=- 1 1 IN IP4 0.0.0.0\ns=-\nt=0 0\n"))
    }
}
