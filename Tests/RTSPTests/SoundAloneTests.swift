import SDP
import Testing

@testable import RTSP

/// What may be missing of a description, and what must not where it is there.
@Suite struct SoundAloneTests {
    /// As a recorder asks.
    private static var selection: TrackSelection {
        var selection = TrackSelection(video: ["H264", "H265"], required: [])
        selection.requiredIfOffered = [.video]
        return selection
    }

    private static func kinds(_ text: String) throws -> [RTSPTrack.Kind] {
        try selection.choices(in: DescriptionTests.description(text)).map(\.kind)
    }

    @Test func `sound alone is taken where there is nothing else`() throws {
        #expect(try Self.kinds("m=audio 0 RTP/AVP 0\n") == [.audio])
        #expect(try Self.kinds("m=application 0 RTP/AVP 107\nm=audio 0 RTP/AVP 8\n") == [.audio])
        #expect(try Self.kinds("m=video 0 RTP/AVP 35\n") == [.video])
        #expect(throws: RTSPError.self) { try TrackSelection().choices(in: Self.sound()) }
    }

    private static func sound() throws -> SessionDescription {
        try DescriptionTests.description("m=audio 0 RTP/AVP 0\n")
    }

    @Test func `a camera whose pictures are of no use is not taken for sound alone`() {
        let wanted = ["H264", "H265"]
        #expect(throws: RTSPError.noTrack(wanted: wanted, offered: ["JPEG"])) {
            try Self.kinds("m=video 0 RTP/AVP 26\nm=audio 0 RTP/AVP 0\n")
        }
        #expect(throws: RTSPError.noTrack(wanted: wanted, offered: [])) {
            try Self.kinds("m=video 0 RTP/AVP 96\nm=audio 0 RTP/AVP 0\n")
        }
    }

    @Test func `nor is one that refuses to send its pictures`() throws {
        var script = try Script { $0.selection = Self.selection }
        script.setUp(0)
        script.answer(503)
        #expect(
            script.ending == .some(.refused(method: .setup, status: 503, reason: "X")))
    }

    @Test func `what is offered is told, without the way to the loudspeaker`() throws {
        let description = try DescriptionTests.description(
            "m=audio 0 RTP/AVP 0\na=sendonly\nm=audio 0 RTP/AVP 97 9\na=rtpmap:97 G726-32/8000\n")
        #expect(TrackSelection.offered(.audio, in: description) == ["G726-32", "G722"])
        #expect(TrackSelection.offered(.video, in: description) == [])
    }

    @Test func `AAC is taken as LATM too, where it does not come otherwise`() throws {
        let latm = "a=rtpmap:96 MP4A-LATM/48000/2\na=fmtp:96 cpresent=0;config=40002320\n"
        let other = "a=rtpmap:97 MPEG4-GENERIC/48000/2\n"
        let both = try DescriptionTests.description("m=audio 0 RTP/AVP 96 97\n" + latm + other)
        let one = try DescriptionTests.description("m=audio 0 RTP/AVP 0 96\n" + latm)
        #expect(try Self.selection.choices(in: both).map(\.format.payloadType) == [97])
        #expect(try Self.selection.choices(in: one).map(\.format.payloadType) == [96])
    }

    @Test(arguments: ["", "a=fmtp:96 cpresent=1;config=40002320\n", "a=fmtp:96 cpresent=0\n"])
    func `LATM that describes itself in the stream stands in no other's way`(
        parameters: String
    ) throws {
        let latm = "a=rtpmap:96 MP4A-LATM/48000/2\n" + parameters
        let two = try DescriptionTests.description("m=audio 0 RTP/AVP 96 0\n" + latm)
        let one = try DescriptionTests.description("m=audio 0 RTP/AVP 96\n" + latm)
        #expect(try Self.selection.choices(in: two).map(\.format.payloadType) == [0])
        #expect(throws: RTSPError.self) { try Self.selection.choices(in: one) }
    }
}
