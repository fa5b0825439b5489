import Glibc
import Testing
import Web

@testable import Recording

/// Nobody has a file of this machine opened by naming it as a source.
@Suite struct LocalSourceTests {
    static let schemes = [
        "file:///etc/passwd", "FILE:///etc/passwd", "file:/etc/passwd", "/etc/passwd",
        "/etc/passwd.sdp", "../session.sdp", "rtp://127.0.0.1:5004?sdp=/etc/passwd",
        "rtp://127.0.0.1:5004", "udp://127.0.0.1:5004", "tcp://127.0.0.1:5004",
        "concat:/etc/passwd|/etc/hosts", "concatf:/etc/passwd",
        "subfile:,,start,0,end,9,,:/etc/passwd",
        "data:text/plain,v=0", "pipe:0", "fd:0", "gopher://127.0.0.1/", "ftp://127.0.0.1/",
        "srt://127.0.0.1:9", "rtmp://127.0.0.1/", "unix:/run/x", "dict://127.0.0.1/",
        " file:///etc/passwd", "room:demo", "",
    ]
    static let starts = [
        ("/api/recording/start", "mint_id"), ("/api/v1/recordings/start", "room_id"),
    ]

    @Test(arguments: schemes, starts)
    func `a source that is no address of a camera or a server is refused`(
        source: String, start: (path: String, key: String)
    ) async throws {
        let folder = try await RecordedFolder()
        let body = #"{"\#(start.key)": "cam", "source": "\#(source)", "wait_seconds": 0}"#
        let answer = try await folder.ask(.post, start.path, body)
        #expect(answer.status == 400, "\(answer.text)")
        #expect(answer.detail.hasPrefix("cam: source must be an rtsp://, rtsps://, http://"))
        #expect(!answer.text.contains("root"), "nothing of a file is told")
        #expect(await folder.recordings.active().isEmpty)
    }

    /// The command line takes such a file; who calls the API does not own the machine.
    @Test(arguments: starts) func `not even a description that could be recorded is opened`(
        path: String, key: String
    ) async throws {
        let folder = try await RecordedFolder()
        let description =
            "v=0\r\nc=IN IP4 127.0.0.1\r\nm=audio 1 RTP/AVP 97\r\na=rtpmap:97 opus/48000/2\r\n"
        try folder.write(Array(description.utf8), to: "there.sdp")
        for name in ["there.sdp", "absent.sdp"] {
            for source in ["file://\(folder.path)/\(name)", "\(folder.path)/\(name)"] {
                let body = #"{"\#(key)": "cam", "source": "\#(source)", "wait_seconds": 0}"#
                let answer = try await folder.ask(.post, path, body)
                #expect(answer.status == 400 && answer.detail.contains("and no file"))
                #expect(!answer.text.contains("such file"), "whether it is there is not told")
            }
        }
    }
}
