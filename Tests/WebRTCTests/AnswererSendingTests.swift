import Codecs
import RTP
import SDP
import Testing
import WebRTC

@Suite struct AnswererSendingTests {
    static let tracks = [OutgoingTrack.example(.opus), .example(.vp8, ssrc: 2000)]

    @Test(arguments: Fixture.watching)
    func `gives each track to the first section of its kind`(_ fixture: Fixture) throws {
        let (answer, agreed) = try fixture.answerer().sending(Self.tracks)
        #expect(agreed.sections.count == 2)
        for section in agreed.sections {
            #expect(section.track == (section.kind == .audio ? 0 : 1))
            let media = try #require(answer.media.first { $0.mid == section.mid })
            #expect(media.direction == .sendonly)
            #expect(media.formats.first == String(section.codec.payloadType))
        }
        #expect(agreed.sections.map(\.mid) == answer.bundle)
    }

    @Test(arguments: Fixture.watching)
    func `announces sources, stream and retransmission group`(_ fixture: Fixture) throws {
        let (answer, _) = try fixture.answerer().sending(Self.tracks)
        let video = try #require(answer.media.first { $0.kind == "video" })
        let audio = try #require(answer.media.first { $0.kind == "audio" })
        #expect(video.ssrcs == [2000, 2001])
        #expect(video["ssrc-group"] == "FID 2000 2001")
        #expect(video["msid"] == "stream track2000")
        #expect(audio.ssrcs == [1000])
        #expect(audio["ssrc-group"] == nil)
        #expect(video.values("ssrc").contains("2001 cname:stream"))
    }

    @Test(arguments: [Codec.opus, .vp8])
    func `rejects what it has no track for, so that Firefox still reads it`(_ codec: Codec) throws {
        let fixture = Fixture("firefox-153-watch")
        let (answer, agreed) = try fixture.answerer().sending([.example(codec)])
        #expect(agreed.sections.map(\.kind) == [codec.kind])
        #expect(answer.bundle == agreed.sections.map(\.mid))
        for media in answer.media where media.mid != agreed.sections[0].mid {
            #expect(media.port == 0)
            #expect(media.direction == .inactive)
            #expect(media.otherLines == ["c=IN IP4 0.0.0.0"])
            #expect(media["ice-ufrag"] == nil)
        }
        let live = try #require(answer.media.first { $0.port != 0 })
        #expect(live.values("candidate").count == 2)
    }

    @Test func `rejects a data channel`() throws {
        let (answer, _) = try Fixture("firefox-153-watch").answerer().sending(Self.tracks)
        #expect(answer.media.map(\.port) == [9, 9, 0])
        #expect(answer.media[2].transportProtocol == "UDP/DTLS/SCTP")
        #expect(answer.media[2].formats == ["webrtc-datachannel"])
    }

    @Test(arguments: [("42e01f", "1"), ("42001f", "0"), ("4d001f", "1")])
    func `sends H.264 under a payload type that unpacks it`(
        _ profile: String, _ mode: String
    ) throws {
        let parameters = "packetization-mode=\(mode);profile-level-id=\(profile)"
        let track = OutgoingTrack.example(.h264, parameters: parameters)
        let (_, agreed) = try Fixture("chromium-156-watch").answerer().sending([track])
        let codec = agreed.sections[0].codec
        #expect(codec.codec == .h264)
        #expect(codec.parameters["profile-level-id"] == profile)
        #expect(mode == "0" || codec.parameters["packetization-mode"] == mode)
    }

    @Test func `sends a profile nobody names to whoever unpacks its packets`() throws {
        let parameters = "packetization-mode=1;profile-level-id=f4001f"
        let track = OutgoingTrack.example(.h264, parameters: parameters)
        let (_, agreed) = try Fixture("chromium-156-watch").answerer().sending([track])
        #expect(agreed.sections[0].codec.parameters["packetization-mode"] == "1")
    }

    @Test func `refuses when the watcher lacks the producer's codec (Firefox without H.264)`()
        throws
    {
        let answerer = try Fixture("firefox-153-watch").answerer()
        #expect {
            try answerer.sending([.example(.h264)])
        } throws: { error in
            guard case NegotiationError.noCommonCodec("video", let offered) = error else {
                return false
            }
            return offered.contains("VP8") && !offered.contains("H264")
        }
    }

    @Test func `keeps the sound when only the picture cannot be shown`() throws {
        let answerer = try Fixture("firefox-153-watch").answerer()
        let (_, agreed) = try answerer.sending([.example(.opus), .example(.h264, ssrc: 2000)])
        #expect(agreed.sections.map(\.kind) == [.audio])
    }

    @Test func `has nothing for an offer that only sends`() throws {
        let answerer = try Fixture("obs-31-publish").answerer()
        #expect(throws: NegotiationError.noMedia) { try answerer.sending(Self.tracks) }
        let watcher = try Fixture("chromium-156-watch").answerer()
        #expect(throws: NegotiationError.noMedia) { try watcher.receiving() }
    }
}
