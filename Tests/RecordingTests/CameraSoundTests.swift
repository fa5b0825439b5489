import Muxer
import RTP
import Testing
import Timing

@testable import Recording

/// Cameras of sound alone, of sound in LATM, and of sound that cannot be recorded.
@Suite struct CameraSoundTests {
    /// AAC-LC, 24 kHz, two channels, one frame in an element (RFC 6416 §7.3.1).
    static let latm = """
        m=audio 0 RTP/AVP 97
        a=rtpmap:97 MP4A-LATM/24000/2
        a=fmtp:97 profile-level-id=1;object=2;cpresent=0;config=400026203fc0
        a=control:audio

        """
    static let picture = """
        m=video 0 RTP/AVP 96
        a=rtpmap:96 H264/90000
        a=control:video

        """

    @Test(arguments: [Container.mpegts, .fmp4, .mp4])
    func `sound alone is recorded, from its first frame on, and missed when it stops`(
        container: Container
    ) throws {
        let camera = try RecordedCamera(Self.latm, container: container)
        #expect(camera.told == ["connected"])
        var packetizer = LATMPacketizer(payloadType: 97, ssrc: 1, sequenceNumber: 0)
        for number in 0..<100 {
            var batch = PacketBatch()
            let frame = [UInt8](repeating: UInt8(number), count: 300)
            packetizer.packetize(
                frame.span.bytes, timestamp: UInt32(number * 1024), into: &batch)
            camera.send(batch)
            camera.advance(by: Interval(nanoseconds: 42_666_667))
        }
        #expect(camera.told.dropFirst() == ["began"])
        for _ in 0..<50 { camera.advance(by: .milliseconds(100)) }
        #expect(camera.told.dropFirst(2) == ["stalled"])
        camera.close()
        #expect(camera.told.last == "finished")
        #expect(camera.statistics.audioFrames == 100 && camera.statistics.audioSamples == 102_400)
        #expect(camera.statistics.droppedFrames == 0 && camera.statistics.correctedTimes == 0)
    }

    @Test(arguments: [
        ("a=rtpmap:97 G726-32/8000", "G726-32"), ("a=rtpmap:97 L16/48000/2", "L16"),
        ("a=rtpmap:97 MP4A-LATM/24000/2\na=fmtp:97 cpresent=1", "MP4A-LATM"),
    ]) func `sound that cannot be recorded is told of, and pictures are recorded`(
        lines: String, name: String
    ) throws {
        let sound = "m=audio 0 RTP/AVP 97\n\(lines)\na=control:audio\n"
        let camera = try RecordedCamera(Self.picture + sound)
        #expect(camera.told == ["connected", "left out \(name)"])
    }

    @Test func `a camera of pictures that cannot be recorded is not taken for sound alone`() throws
    {
        let camera = try RecordedCamera(
            "m=video 0 RTP/AVP 26\na=control:video\nm=audio 0 RTP/AVP 0\na=control:audio\n")
        #expect(camera.told == ["interrupted: the camera offers no H264 or H265, only JPEG"])
    }

    @Test(arguments: [
        ("VP8", "a=rtpmap:97 G726-32/8000", ["G726-32"]),
        // No container holds both.
        ("VP8", "a=rtpmap:97 PCMA/8000", ["PCMA"]), ("H264", "a=rtpmap:97 PCMA/8000", []),
    ]) func `a session that is simply sent says the same of its sound`(
        encoding: String, line: String, unrecorded: [String]
    ) throws {
        let picture = "m=video 5004 RTP/AVP 96\na=rtpmap:96 \(encoding)/90000\n"
        let sound = "m=audio 5006 RTP/AVP 97\n\(line)\n"
        let session = try PlainSession(parsing: Array((picture + sound).utf8))
        #expect(session.unrecordedSound == unrecorded)
        #expect(session.tracks.count == (unrecorded.isEmpty ? 2 : 1))
        // Another that can be recorded is taken for it, wherever it stands.
        let both = picture + sound + "m=audio 5008 RTP/AVP 98\na=rtpmap:98 opus/48000/2\n"
        let heard = try PlainSession(parsing: Array(both.utf8))
        #expect(heard.unrecordedSound == [] && heard.tracks.count == 2)
        #expect(heard.tracks[1].format.encodingName == "opus")
    }
}
