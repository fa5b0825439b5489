import SDP
import Testing

@Suite struct MediaAttributesTests {
    static func section(_ attributes: String..., formats: String = "96 97") throws -> MediaSection {
        let lines = attributes.map { "a=\($0)\r\n" }.joined()
        let text =
            "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nm=video 9 UDP/TLS/RTP/SAVPF \(formats)\r\n"
        return try #require(try SessionDescription(parsing: text + lines).media.first)
    }

    @Test func `reads a payload type with its parameters and feedback`() throws {
        let section = try Self.section(
            "rtpmap:96 H264/90000", "rtcp-fb:96 nack pli", "rtcp-fb:* transport-cc",
            "rtcp-fb:97 nack", "fmtp:96 profile-level-id=42e01f; Packetization-Mode=1;flag")
        let format = try #require(section.payloadFormats.first)
        #expect(section.payloadFormats.count == 1)  // 97 has no map
        #expect((format.payloadType, format.clockRate) == (96, 90_000))
        #expect(format.feedback == ["nack pli", "transport-cc"])
        #expect(format.parameters["profile-level-id"] == "42e01f")
        #expect(format.parameters["packetization-mode"] == "1")
        #expect(format.parameters["flag"] == "")
        #expect(format.parameters["apt"] == nil)
    }

    @Test func `reads a repeated payload type once`() throws {
        let formats = Array(repeating: "96", count: 10_000).joined(separator: " ")
        let section = try Self.section("rtpmap:96 VP8/90000", formats: formats)
        #expect(section.payloadFormats.count == 1)
    }

    @Test func `reads sixty-four parameters of a line, and the first of those of one name`() {
        let many = FormatParameters(String(repeating: "a;", count: 63) + "b=1;c=2")
        #expect(many["a"] == "" && many["b"] == "1" && many["c"] == nil)
        var twice = FormatParameters("x=1; X=2 ;=3;;y = z=4 ")
        #expect(twice["x"] == "1" && twice["y"] == "z=4")
        twice.text = "x=5"
        #expect(twice["x"] == "5" && twice["y"] == nil)
    }

    @Test func `reads thirty-two kinds of feedback of a payload type, and as many of all`() throws {
        let attributes = (0..<2000).map { "a=rtcp-fb:\($0 % 2 == 0 ? "96" : "*") x\($0)\r\n" }
        let text =
            "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\n"
            + "a=rtpmap:96 VP8/90000\r\n" + attributes.joined()
        let section = try #require(try SessionDescription(parsing: text).media.first)
        #expect(section.payloadFormats.first?.feedback.count == 64)
    }

    @Test(arguments: ["x", "96", "96 VP8", "96 VP8/", "96 VP8/x", "128 VP8/90000", "-1 VP8/90000"])
    func `leaves out a malformed map`(_ map: String) throws {
        #expect(try Self.section("rtpmap:\(map)", formats: "96 128 -1").payloadFormats.isEmpty)
    }

    @Test(arguments: [
        ("1 urn:a", 1, MediaDirection.sendrecv), ("255/recvonly urn:a", 255, .recvonly),
        ("14/sendonly urn:a with attributes", 14, .sendonly),
    ])
    func `reads an extension's number, direction and name`(
        _ value: String, _ id: UInt8, _ direction: MediaDirection
    ) throws {
        let mapping = try #require(try Self.section("extmap:\(value)").extensionMappings.first)
        #expect((mapping.id, mapping.direction) == (id, direction))
        #expect(mapping.uri == "urn:a")
    }

    @Test(arguments: ["0 urn:a", "256 urn:a", "1", "x urn:a", "/sendonly urn:a", ""])
    func `leaves out a malformed extension`(_ value: String) throws {
        #expect(try Self.section("extmap:\(value)").extensionMappings.isEmpty)
    }

    @Test func `reads sources once each, and pairs of them`() throws {
        let section = try Self.section(
            "ssrc:1 cname:a", "ssrc:1 msid:b c", "ssrc:4294967295 cname:a", "ssrc:4294967296 x",
            "ssrc: ", "ssrc-group:FID 1 4294967295", "ssrc-group:SIM 1 2", "ssrc-group:FID 1")
        #expect(section.ssrcs == [1, 4_294_967_295])
        #expect(section.retransmissionGroups.map(\.media) == [1])
        #expect(section.retransmissionGroups.map(\.retransmission) == [4_294_967_295])
    }

    @Test(arguments: [
        ("sendonly", MediaDirection.sendonly), ("x", .sendrecv), ("inactive", .inactive),
    ])
    func `sends and receives when nothing is written`(_ line: String, _ direction: MediaDirection)
        throws
    {
        #expect(try Self.section(line).direction == direction)
    }

    @Test func `finds the bundle among other groups`() throws {
        var session = SessionDescription(sessionID: 1)
        #expect(session.bundle == nil)
        session.append("group", "LS 0 1")
        session.append("group", "BUNDLE 0 1")
        #expect(session.bundle == ["0", "1"])
    }
}
