import Foundation
import Testing

/// Rooms recorded in the process of the `sfu` they are in; ffmpeg judges the files.
@Suite(
    .serialized, .tags(.interop), .timeLimit(.minutes(4)),
    .enabled(if: Lab.hasPython && Lab.has("chromium"), "make test makes .venv; needs chromium"))
struct RoomRecordingTests {
    struct File: Decodable {
        let codecs: [String]
        let frames: [Int]
        /// The shortest and the longest time between two pictures.
        let step: [Double]
        let duration: Double
        let errors: String
    }

    struct Whole: Decodable {
        let early: Int
        let earlyStatus: String
        let earlyMessage: String
        let again: Int
        let running: Bool
        let late: Int
        let title: String
        let room: String
        let growing: Bool
        let names: Bool
        let playlist: Bool
        let hasThumbnail: Bool
        let active: Int
        let piped: Int
        let transports: Int
        let peers: [String]
        let deletedWhileGrowing: Int
        let stopped: Int
        let seconds: Double
        /// Pictures that were written, and what of the source is in no file, by its cause.
        let written: Int
        let losses: [String: Int]
        let download: Int
        let files: [File]
        let deleted: Int
        let gone: Int
        let source: Int
        let foreign: Int
        let exit: Int32
    }

    @Test func `a room is recorded from before it is there until the recording is deleted`()
        async throws
    {
        let found: Whole = try await Lab.script("room_recording.py", ["whole"], seconds: 150)
        #expect(found.early == 202 && found.earlyStatus == "pending")
        #expect(found.earlyMessage.contains("nobody sends in the room yet"))
        #expect(found.again == 409 && found.running && found.names && found.active == 1)
        #expect(found.late == 201)
        #expect(found.title == "A talk" && found.room == "demo" && found.growing)
        #expect(found.playlist && found.hasThumbnail)
        #expect(found.piped > 300, "media crossed to the recordings' loop")
        #expect(found.transports == 1 && found.peers == ["alice"], "no session records")
        #expect(found.deletedWhileGrowing == 409 && found.deleted == 204 && found.gone == 404)
        #expect(found.stopped == 200 && found.source == 400 && found.foreign == 403)
        let isOne = found.download == 200 && found.files.count == 1
        #expect(isOne || found.download == 409 && found.files.count > 1, "\(found)")
        for file in found.files {
            #expect(file.codecs == ["h264", "opus"] && file.errors.isEmpty, "\(file)")
        }
        // A busy browser sends none for a while: what has come is there.
        #expect(found.files.reduce(0) { $0 + $1.frames[0] } == found.written, "\(found)")
        #expect(found.losses.allSatisfy { $0.key == "frames_early" || $0.value == 0 }, "\(found)")
        let duration = found.files.reduce(0) { $0 + $1.duration }
        #expect(found.seconds > 8 && abs(duration - found.seconds) < 0.5, "\(found)")
        #expect(found.exit == 0)
    }

    struct Return: Decodable {
        let reason: String
        let growing: Bool
        let rooms: Int
        let files: [File]
        let exit: Int32
    }

    @Test func `a publisher who leaves ends the file whole, and goes on in another`() async throws {
        let found: Return = try await Lab.script("room_recording.py", ["return"], seconds: 120)
        #expect(found.reason == "nobody sends in the room any more" && !found.growing)
        #expect(found.rooms == 0, "a recording keeps no room open")
        #expect(found.files.count == 2 && found.exit == 0)
        for file in found.files {
            #expect(file.codecs == ["vp8", "opus"] && file.errors.isEmpty, "\(file)")
            #expect(file.duration > 4 && file.step[1] < 0.5, "\(file)")
        }
    }

    struct Changed: Decodable {
        /// What the page's buffer was told it gets, before and behind the change.
        let types: [String]
        /// The media types of the files.
        let kinds: [String]
        let problems: [String]
        let exit: Int32
    }

    @Test
    func `a publisher who comes back with another codec is played on at the growing end`()
        async throws
    {
        let found: Changed = try await Lab.script("room_recording.py", ["codecs"], seconds: 200)
        #expect(found.kinds.count == 2 && found.exit == 0, "\(found)")
        #expect(found.kinds.first?.hasPrefix("video/webm; codecs=\"vp8") == true, "\(found)")
        #expect(found.kinds.last?.hasPrefix("video/mp4; codecs=\"avc") == true, "\(found)")
        #expect(found.types == found.kinds, "\(found)")
        #expect(found.problems.allSatisfy { $0.isEmpty }, "\(found)")
    }

    struct Killed: Decodable {
        /// The files, before and behind the next start: of a busy browser's picture there are several.
        let left: [File]
        let whole: [File]
        let age: Double
        let status: String
        let title: String
        let asked: Double?
        let room: String
        let thumbnail: Int
        let exit: Int32
    }

    @Test func `what a killed sfu was recording plays, and is found by the next`() async throws {
        let found: Killed = try await Lab.script("room_recording.py", ["killed"], seconds: 150)
        for file in found.left {
            #expect(file.codecs == ["h264", "opus"] && file.errors.isEmpty, "\(found)")
        }
        let left = found.left.reduce(0) { $0 + $1.duration }
        let whole = found.whole.reduce(0) { $0 + $1.duration }
        #expect(left > found.age - 1.5, "\(found)")
        #expect(found.whole.allSatisfy(\.errors.isEmpty) && whole >= left - 0.1, "\(found)")
        #expect(found.status == "completed" && found.thumbnail == 200 && found.exit == 0)
        #expect(found.title == "A talk" && found.asked == 30 && found.room == "demo")
    }

    @Test func `without a folder for them one sentence names the flag`() async throws {
        let sfu = try SFUProcess()
        for path in ["/api/v1/recordings", "/recordings/x.ts", "/hls/x/index.m3u8"] {
            let (output, _) = try await run("curl", ["-s", "http://127.0.0.1:\(sfu.port)" + path])
            #expect(output.contains("--recordings DIR"), "\(output)")
        }
        #expect(sfu.stop().code == 0)
        let (output, code) = try await run(
            Lab.sfu, ["--http", "127.0.0.1:0", "--recordings", "/nowhere/at/all"])
        #expect(code == 66 && output.contains("/nowhere/at/all"), "\(output)")
    }

    @Test func `with a secret recordings want a token that opens all`() async throws {
        let sfu = try TokenCallTests.start()
        let url = "http://127.0.0.1:\(sfu.port)/api/v1/recordings"
        for (claims, status) in [
            ("", "401"), (#"{"room":"r","publish":true,"subscribe":true,"exp":9e9}"#, "403"),
            (#"{"admin":true,"exp":9e9}"#, "404"),
        ] {
            let token = TokenCallTests.token(claims, secret: TokenCallTests.secret)
            let header = claims.isEmpty ? [] : ["-H", "Authorization: Bearer \(token)"]
            let (output, _) = try await run(
                "curl", ["-s", "-o", "/dev/null", "-w", "%{http_code}", url] + header)
            #expect(output == status, "\(claims)")
        }
        #expect(sfu.stop().code == 0)
    }
}
