import SDP
import Testing
import Wire

@testable import RTSP

@Suite struct DescriptionTests {
    static func description(_ text: String) throws -> SessionDescription {
        try cameraDescription(parsing: Array(text.utf8))
    }

    @Test(arguments: [
        ("m=video 0 RTP/AVP 96\n", "nothing else"),
        ("o=- 1.5 x\nm=video 0 RTP/AVP 96\ns=late\n", "no version, a decimal origin"),
        ("v=0\no=\no=- 1 1 IN IP4 0.0.0.0\ns=a\ns=b\nm=video 0 RTP/AVP 96\n", "two names"),
        ("\n rubbish\nv=0\nm=video 0 RTP/AVP 96 \r\n\0\0\0junk", "trailing junk"),
        ("v=0\nm=video x RTP/AVP 96\na=x\nm=\nm=video 0 RTP/AVP 96\n", "bad m= lines"),
        ("m=video 0 RTP/AVP 96\nm=audio 99999 RTP/AVP 0\na=control:1\n", "a bad last m= line"),
    ]) func `is read as cameras write it`(text: String, what: String) throws {
        let description = try Self.description(text)
        #expect(description.media.map(\.kind) == ["video"])
        #expect(description.media.first?.attributes.isEmpty == true)
        #expect(try SessionDescription(parsing: description.description) == description)
    }

    @Test(arguments: ["", "v=0\n", "<html></html>", "m=video\n"])
    func `a text without media is none`(text: String) {
        #expect(throws: ParseError.self) { try Self.description(text) }
    }

    struct Pick: CustomTestStringConvertible, Sendable {
        let text: String
        let picked: [String]
        var testDescription: String { text }
    }

    static let picks = [
        Pick(text: cameraText, picked: ["0 H264/90000", "1 MPEG4-GENERIC/48000"]),
        // VLC: audio before video. Geovision: payload types without a map.
        Pick(
            text: "m=audio 0 RTP/AVP 8\nm=video 0 RTP/AVP 50 96\na=rtpmap:96 h264/90000\n",
            picked: ["1 h264/90000", "0 PCMA/8000"]),
        // Bosch: a static type for H.264.
        Pick(text: "m=video 0 RTP/AVP 35\n", picked: ["0 H264/90000"]),
        // A wrong clock, and an odd rate of Opus.
        Pick(
            text: "m=video 0 RTP/AVP 96\na=rtpmap:96 H264/8000\nm=audio 0 RTP/AVP 97\n"
                + "a=rtpmap:97 opus/24000/1\n",
            picked: ["0 H264/90000", "1 opus/48000"]),
        // ONVIF: the way to the loudspeaker is not the microphone.
        Pick(
            text: "m=audio 0 RTP/AVP 0\na=sendonly\nm=video 0 RTP/AVP 96\na=sendonly\n"
                + "a=rtpmap:96 H264/90000\nm=audio 0 RTP/AVP 8\na=recvonly\n",
            picked: ["1 H264/90000", "2 PCMA/8000"]),
        // Unknown media, unknown audio; the preferred encoding of two streams.
        Pick(
            text: "m=application 0 RTP/AVP 107\nm=video 0 RTP/AVP 26\nm=video 0 RTP/AVP 96\n"
                + "a=rtpmap:96 H264/90000\nm=meta 0 RTP/AVP 98\nm=audio 0 RTP/AVP 99\n"
                + "a=rtpmap:99 G726-32/8000\n",
            picked: ["2 H264/90000"]),
    ]

    @Test(arguments: picks) func `chooses one stream of each kind`(_ pick: Pick) throws {
        let choices = try TrackSelection().choices(in: Self.description(pick.text))
        let picked = choices.map {
            "\($0.mediaIndex) \($0.format.encodingName)/\($0.format.clockRate)"
        }
        #expect(picked == pick.picked)
    }

    @Test func `says what is wanted and what is there instead`() throws {
        let description = try Self.description(
            "m=video 0 RTP/AVP 96 26\na=rtpmap:96 H265/90000\nm=audio 0 RTP/AVP 0\n")
        let error = RTSPError.noTrack(wanted: ["H264"], offered: ["H265", "JPEG"])
        #expect(throws: error) { try TrackSelection().choices(in: description) }
        #expect(error.description == "the camera offers no H264, only H265, JPEG")
        let audio = TrackSelection(video: ["H264"], audio: ["PCMU"], required: [])
        #expect(try audio.choices(in: description).map(\.kind) == [.audio])
        let none = TrackSelection(video: ["VP8"], audio: [], required: [])
        #expect(throws: RTSPError.self) { try none.choices(in: description) }
    }

    struct Control: CustomTestStringConvertible, Sendable {
        var request = "rtsp://camera/live"
        var base: String?
        let control: String?
        let first: [String]
        var testDescription: String { "\(base ?? "-") \(control ?? "-")" }
    }

    static let controls = [
        Control(
            base: "rtsp://camera/live/", control: "trackID=1",
            first: ["rtsp://camera/live/trackID=1"]),
        Control(
            control: "trackID=1",
            first: ["rtsp://camera/live/trackID=1", "rtsp://camera/trackID=1"]),
        Control(
            base: "rtsp://camera/live/", control: "*",
            first: ["rtsp://camera/live/", "rtsp://camera/live"]),
        Control(control: nil, first: ["rtsp://camera/live"]),
        Control(
            request: "rtsp://camera/live?x=1", control: "trackID=1",
            first: [
                "rtsp://camera/live?x=1/trackID=1", "rtsp://camera/trackID=1",
                "rtsp://camera/live/trackID=1?x=1",
            ]),
        Control(control: "?ctype=video", first: ["rtsp://camera/live?ctype=video"]),
        Control(control: "/track1", first: ["rtsp://camera/live/track1", "rtsp://camera/track1"]),
        Control(
            base: "rtsp://camera/live/", control: "/track1", first: ["rtsp://camera/live/track1"]),
        Control(
            control: "rtsp://u:p@10.0.0.1:554/live/1",
            first: ["rtsp://10.0.0.1:554/live/1", "rtsp://camera/live/1"]),
        Control(control: "rtsp://rtsp://camera/live/1", first: ["rtsp://camera/live/1"]),
        Control(base: "/other/", control: "a", first: ["rtsp://camera/other/a"]),
        Control(base: "camera/other/", control: "a", first: ["rtsp://camera/other/a"]),
        Control(base: "//camera/other/", control: "a", first: ["rtsp://camera/other/a"]),
        Control(base: "rtsp://", control: "a", first: ["rtsp://camera/live/a"]),
        Control(base: "nonsense", control: "a", first: ["rtsp://camera/live/a"]),
        Control(
            request: "rtsp://[2001:db8::1]/live", base: "rtsp://2001:db8::1/live/", control: "a",
            first: ["rtsp://[2001:db8::1]/live/a"]),
    ]

    @Test(arguments: controls) func `tries the URLs a control may mean, likeliest first`(
        _ control: Control
    ) throws {
        var response = RTSPResponse(200)
        if let base = control.base { response.headers.append("Content-Base", base) }
        let urls = ControlURL(request: try RTSPURL(parsing: control.request), description: response)
        let candidates = urls.candidates(control.control)
        #expect(Array(candidates.prefix(control.first.count)) == control.first)
        #expect(candidates.count <= 6)
        #expect(Set(candidates).count == candidates.count)
    }
}
