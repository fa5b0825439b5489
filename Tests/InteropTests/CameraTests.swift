import Foundation
import RTSP
import Testing

/// The RTSP client against servers that are not ours.
@Suite(.serialized, .tags(.interop), .timeLimit(.minutes(3))) struct CameraTests {
    static let systemPython = "/usr/bin/python3"
    static let hasGStreamer = FileManager.default.fileExists(
        atPath: "/usr/lib/x86_64-linux-gnu/girepository-1.0/GstRtspServer-1.0.typelib")

    static func gstreamer(_ arguments: String...) throws -> ScriptProcess {
        try ScriptProcess(systemPython, "rtsp_camera.py", arguments)
    }

    @Test(
        .enabled(if: hasGStreamer, "make test installs gir1.2-gst-rtsp-server-1.0"),
        arguments: [("aac", "MPEG4-GENERIC", []), ("opus", "OPUS", ["--basic"])])
    func `plays GStreamer's camera with Digest and with Basic`(
        audio: String, encoding: String, more: [String]
    ) throws {
        let camera = try ScriptProcess(
            Self.systemPython, "rtsp_camera.py",
            ["--audio", audio, "--user", "cam", "--password", "s:e@c"] + more)
        var connection = try CameraConnection(try camera.url(userinfo: "cam:s:e@c@"))
        connection.run(seconds: 60) { connection in
            connection.packetCounts[0]?.rtp ?? 0 > 60 && connection.packetCounts[1]?.rtp ?? 0 > 60
                && connection.packetCounts[0]?.rtcp ?? 0 > 0
        }
        #expect(connection.tracks?.map(\.encoding) == ["H264", encoding])
        #expect(connection.tracks?.allSatisfy { $0.sequenceNumber != nil } == true)
        #expect(connection.packetCounts[0]?.rtp ?? 0 > 60)
        #expect(connection.packetCounts[0]?.rtcp ?? 0 > 0)
        #expect(connection.client.skippedByteCount == 0)
        connection.hangUp()
        #expect(connection.ending == .some(nil))
    }

    @Test(.enabled(if: hasGStreamer, "make test installs gir1.2-gst-rtsp-server-1.0"))
    func `says what is wrong with a password, a path or an encoding`() throws {
        let camera = try Self.gstreamer("--audio", "none", "--user", "cam", "--password", "secret")
        for (userinfo, path, expected) in [
            ("cam:wrong@", "/live", RTSPError.wrongCredentials),
            ("", "/live", .credentialsNeeded),
            ("cam:secret@", "/other", .notFound),
        ] {
            var connection = try CameraConnection(try camera.url(path, userinfo: userinfo))
            connection.run(seconds: 20)
            #expect(connection.ending == .some(expected))
        }
        let selection = TrackSelection(video: ["H265"])
        var connection = try CameraConnection(
            try camera.url(userinfo: "cam:secret@"), selection: selection)
        connection.run(seconds: 20)
        #expect(connection.ending == .some(.noTrack(wanted: ["H265"], offered: ["H264"])))
    }

    @Test(.enabled(if: Lab.hasPython, "make test makes .venv"))
    func `plays a file of aio-rtsp-toolkit's server`() throws {
        let camera = try ScriptProcess(Lab.python, "rtsp_file.py", [])
        var connection = try CameraConnection(try camera.url("/clip.mp4"))
        connection.run(seconds: 60) { connection in
            connection.packetCounts[0]?.rtp ?? 0 > 30 && connection.packetCounts[1]?.rtp ?? 0 > 30
        }
        #expect(connection.tracks?.map(\.encoding) == ["H264", "MPEG4-GENERIC"])
        #expect(connection.packetCounts[0]?.rtp ?? 0 > 30)
        #expect(connection.packetCounts[1]?.rtp ?? 0 > 30)
        #expect(connection.client.skippedByteCount == 0)
        connection.hangUp()
        #expect(connection.ending == .some(nil))
    }

    @Test(.enabled(if: hasGStreamer && Lab.has("ffprobe"), "make test installs both"))
    func `what our server offers again is understood by ffmpeg`() async throws {
        let camera = try Self.gstreamer()
        let relayed = try CameraRelayed(try camera.url())
        let port = relayed.port
        async let served = blocking { try relayed.serve() }
        let (output, code) = try await run(
            "timeout",
            [
                "30", "ffprobe", "-v", "error", "-rtsp_transport", "tcp", "-count_frames",
                "-read_intervals", "%+2", "-show_entries", "stream=codec_name,nb_read_frames",
                "-of", "csv=p=0", "rtsp://viewer:word@127.0.0.1:\(port)/again",
            ])
        #expect(code == 0)
        let streams = output.split(separator: "\n").map { $0.split(separator: ",") }
        #expect(streams.map(\.first) == ["h264", "aac"])
        #expect(streams.allSatisfy { Int($0.last ?? "") ?? 0 > 20 }, "\(output)")
        let events = try await served
        #expect(events.first == .playing(path: "/again", tracks: [0, 1]))
        #expect(events.last == .ended(nil))
    }
}
