import Fetch
import Foundation
import Testing

/// Endpoints whose answers are of no use: `relay` and `recorder` say in one line why.
@Suite(.serialized, .tags(.interop), .timeLimit(.minutes(3))) struct OddEndpointTests {
    static let answers = [
        ("garbage", "the server's answer does not parse: "),
        ("empty", "the server answered 0 media sections where "),
        ("page", "the endpoint answered text/html, not SDP"),
        ("nowhere", "the endpoint's answer has no usable Location"),
        ("loop", "the endpoint redirects more than five times"),
        ("full", "the endpoint answered 422: the room is full second line"),
        ("locked", "the endpoint wants a token (401)"),
        ("other", "the endpoint answered 404"),
    ]

    @Test func `each odd answer has its line, and no session is left behind`() async throws {
        let endpoint = try ScriptProcess(CameraTests.systemPython, "odd_endpoint.py", [])
        let base = "http://127.0.0.1:\(endpoint.port)/"
        try await ClipTests.withClip("clip.mp4") { clip in
            let folder = (clip as NSString).deletingLastPathComponent
            for (path, line) in Self.answers {
                let relay = try BadInputTests.ending(
                    "relay", ["--source", clip, "--publish", base + path])
                let recorder = try BadInputTests.ending(
                    "recorder", ["--output", folder, "--source", base + path])
                #expect(relay.line.hasPrefix(line) && relay.code == 69, "\(path): \(relay)")
                // A recorder has many servers: each is named.
                let named = "127.0.0.1:\(endpoint.port): " + line
                #expect(
                    recorder.line.hasPrefix(named) && recorder.code == 69, "\(path): \(recorder)")
            }
        }
        let deleted = try Fetcher().perform(HTTPCall("GET", base + "deleted"))
        let sessions = String(decoding: deleted.body, as: UTF8.self).split(separator: " ")
        for name in ["garbage", "empty", "page"] {
            #expect(sessions.filter { $0 == "/session/" + name }.count == 2, "\(name)")
        }
    }

    @Test(arguments: ["relay", "recorder"])
    func `serving strangers wants a word, a port in use is named, a wrong flag too`(
        door: String
    ) async throws {
        let sfu = try SFUProcess()
        let source = ["--source", "rtsp://127.0.0.1:9/", "--publish", "http://127.0.0.1:9/whip"]
        let arguments = door == "relay" ? source : []
        for (more, code, names) in [
            (["--http", "0.0.0.0:0"], 64, "--insecure"),
            (["--http", "127.0.0.1:\(sfu.port)"], 69, "\(sfu.port)"),
            (["--nonsense"], 64, "--nonsense"),
        ] as [([String], Int32, String)] {
            let (output, ended) = try await run(
                "timeout", ["10", Lab.executable(door)] + arguments + more)
            #expect(ended == code)
            #expect(output.split(separator: "\n").count == 1, "\(output)")
            #expect(output.contains(names) && output.hasPrefix(door + ": "), "\(output)")
        }
    }
}
