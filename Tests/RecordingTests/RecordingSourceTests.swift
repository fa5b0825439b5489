import Testing
import Wire

@testable import Recording

/// What a source means, by how it is written.
@Suite struct RecordingSourceTests {
    @Test func `each kind has its own form, schemes in any case`() throws {
        for text in ["rtsp://cam/live", "RTSP://cam/live", "rtsps://u:p@cam:322/"] {
            #expect(try RecordingSource(text) == .camera)
        }
        for text in ["http://127.0.0.1:3000/rooms/demo/whep", "HTTPS://media.example/whep?a=b"] {
            #expect(try RecordingSource(text) == .endpoint)
        }
        #expect(try RecordingSource("room:a:b") == .room("a:b"))
        #expect(
            try RecordingSource("session.sdp") == .session(path: "session.sdp", address: nil))
        for text in ["file:///x", "FILE:///x"] {
            #expect(try RecordingSource(text) == .session(path: "/x", address: nil))
        }
        let address = Endpoint(ipv4: 0x7F00_0001, port: 5004)
        for text in ["rtp://127.0.0.1:5004?sdp=x", "RTP://127.0.0.1:5004?sdp=x"] {
            #expect(try RecordingSource(text) == .session(path: "x", address: address))
        }
    }

    static let noAddress = RecordingError.malformedURL(
        "an IP address and a port are wanted: rtp://IP:PORT?sdp=FILE")
    static let wrong: [(String, RecordingError)] = [
        ("", .unsupportedSource), ("cam", .unsupportedSource), ("ftp://h/s", .unsupportedSource),
        ("rtp://h/s", .undescribedRTP), ("rtp://127.0.0.1:5004", .undescribedRTP),
        ("rtp://127.0.0.1:5004?sdp=", .undescribedRTP), ("rtp://localhost:5004?sdp=s", noAddress),
        ("rtp://1.2.3.4?sdp=s.sdp", noAddress), ("RTP://h:1?sdp=s.sdp", noAddress),
        ("RTP://127.0.0.1:5004", .undescribedRTP), ("concat:a|b", .unsupportedSource),
        ("http://", .malformedURL("no server is named")),
        ("http:/demo", .malformedURL("no server is named")),
        ("https://?a", .malformedURL("no server is named")),
        ("http://host:99999/whep", .malformedURL("no server is named")),
        ("http://[::1/whep", .malformedURL("no server is named")),
        ("http://a b/whep", .malformedURL("no server is named")),
    ]

    @Test(arguments: wrong) func `what cannot be one is known before anything is asked`(
        text: String, error: RecordingError
    ) { #expect(throws: error) { try RecordingSource(text) } }

    @Test func `RTP alone is told the form in which it can be recorded`() {
        #expect(RecordingError.undescribedRTP.description.contains("rtp://IP:PORT?sdp=FILE"))
    }

    @Test(arguments: [
        ("ftp://user:s3cret@h:21/live/key?a=b", "ftp://h:21/…"), ("rtp://h:5004", "rtp://h:5004"),
        ("rtsp://user:s3/cr@et@h/live", "rtsp://h/…"), ("http://", "http://"),
        ("user:s3cret@h/live", "h/…"), ("/r/session.txt", "/r/session.txt"), ("", ""),
        ("10.0.0.5:554/user=admin&password=s3cret", "10.0.0.5:554/…"),
        ("cam/live?token=s3cret", "cam/…"), ("rtsp:/cam?token=s3cret", "rtsp:/…"),
        ("ftp://h/live?key=ab@s3cret", "ftp://h/…"), ("a/s.sdp", "a/s.sdp"),
        ("./s.txt", "./s.txt"), ("../s.txt", "../s.txt"), ("//u:s3cret@h/x", "h/…"),
        ("cam/live?token=s3cret.sdp", "cam/…"), ("ftp://u:s3cret@h/s.sdp", "ftp://h/…"),
    ]) func `an error names a source by its host, or by its path`(source: String, told: String) {
        #expect(RecordingRequest("cam", source: source).toldSource == told)
    }

    @Test func `only what is asked for over the network is remote`() {
        for text in ["rtsp://h", "rtsps://h", "http://h", "https://h", "HTTP://h", "http:"] {
            #expect(Recordings.isRemote(text), "\(text)")
        }
        for text in [
            "file:///x", "x.sdp", "/x.sdp", "rtp://127.0.0.1:5004?sdp=x", "room:demo", " http://h",
            "httpx://h", "", ":", "://h",
        ] { #expect(!Recordings.isRemote(text), "\(text)") }
    }
}
