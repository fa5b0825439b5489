import Codecs
import RTP
import SDP
import Testing
import WebRTC

@Suite struct AnswererReceivingTests {
    struct Expected: CustomTestStringConvertible, Sendable {
        let fixture: String
        let mids: [String]
        let codecs: [Codec]
        let payloadTypes: [UInt8]
        let retransmission: [UInt8?]
        var role: String = "passive"
        var testDescription: String { fixture }
    }

    static let expected = [
        Expected(
            fixture: "aiortc-1.16-publish", mids: ["0", "1"], codecs: [.opus, .vp8],
            payloadTypes: [96, 97], retransmission: [nil, 98]),
        Expected(
            fixture: "chromium-156-publish", mids: ["0", "1"], codecs: [.opus, .vp8],
            payloadTypes: [111, 96], retransmission: [nil, 97]),
        Expected(
            fixture: "chromium-156-simulcast", mids: ["0"], codecs: [.vp8],
            payloadTypes: [96], retransmission: [97]),
        Expected(
            fixture: "ffmpeg-8-publish", mids: ["0", "1"], codecs: [.opus, .h264],
            payloadTypes: [111, 106], retransmission: [nil, 105], role: "active"),
        Expected(
            fixture: "firefox-153-publish", mids: ["0", "1"], codecs: [.opus, .vp8],
            payloadTypes: [109, 120], retransmission: [nil, 124]),
        Expected(
            fixture: "gstreamer-1.22-publish", mids: ["video0", "audio1"], codecs: [.vp8, .opus],
            payloadTypes: [96, 98], retransmission: [97, nil]),
        Expected(
            fixture: "obs-31-publish", mids: ["0", "1"], codecs: [.opus, .h264],
            payloadTypes: [111, 96], retransmission: [nil, 97]),
        Expected(
            fixture: "safari-18-publish", mids: ["0", "1"], codecs: [.opus, .h264],
            payloadTypes: [111, 96], retransmission: [nil, 97]),
    ]

    @Test(arguments: expected)
    func `takes the codec the offerer prefers under the offerer's numbers`(
        _ expected: Expected
    ) throws {
        let (answer, agreed) = try Fixture(expected.fixture).answerer().receiving()
        #expect(agreed.sections.map(\.mid) == expected.mids)
        #expect(agreed.sections.map(\.codec.codec) == expected.codecs)
        #expect(agreed.sections.map(\.codec.payloadType) == expected.payloadTypes)
        #expect(
            agreed.sections.map(\.codec.retransmissionPayloadType) == expected.retransmission)
        #expect(answer.media.allSatisfy { $0["setup"] == expected.role })
        #expect(agreed.role == (expected.role == "passive" ? .server : .client))
    }

    @Test(arguments: Fixture.publishing)
    func `answers every section, on one transport, receiving only`(_ fixture: Fixture) throws {
        let offer = try fixture.offer()
        let (answer, agreed) = try fixture.answerer().receiving()
        #expect(answer.media.map(\.kind) == offer.media.map(\.kind))
        #expect(answer.media.map(\.mid) == offer.media.map(\.mid))
        #expect(answer.media.allSatisfy { $0.direction == .recvonly && $0.port != 0 })
        #expect(answer.media.allSatisfy { $0["rtcp-mux"] != nil })
        #expect(answer.bundle == offer.media.map(\.mid))
        #expect(answer["ice-lite"] == "")
        #expect(answer.media[0].values("candidate").count == 2)
        #expect(answer.media[0]["end-of-candidates"] != nil)
        #expect(answer.media.dropFirst().allSatisfy { $0["candidate"] == nil })
        #expect(agreed.remoteICE.ufrag == offer.value("ice-ufrag", of: offer.media[0]))
        #expect(!agreed.fingerprints.isEmpty)
    }

    @Test(arguments: Fixture.publishing)
    func `says nothing the offer did not`(_ fixture: Fixture) throws {
        let offer = try fixture.offer()
        let (answer, _) = try fixture.answerer().receiving()
        for (asked, given) in zip(offer.media, answer.media) {
            #expect(Set(given.formats).isSubset(of: asked.formats))
            #expect(Set(given.values("rtcp-fb")).isSubset(of: asked.values("rtcp-fb")))
            let offered = asked.extensionMappings
            for mapping in given.extensionMappings {
                #expect(offered.contains { $0.id == mapping.id && $0.uri == mapping.uri })
            }
            for name in ["actpass", "simulcast", "rid", "ssrc", "msid", "bundle-only"] {
                #expect(given[name] == nil)
            }
            #expect(!given.values("rtcp-fb").contains { $0.contains("goog-remb") })
            #expect(asked["rtcp-rsize"] != nil || given["rtcp-rsize"] == nil)
        }
    }

    @Test(arguments: Fixture.publishing)
    func `prints an answer that reads back the same`(_ fixture: Fixture) throws {
        let (answer, _) = try fixture.answerer().receiving()
        #expect(try SessionDescription(parsing: answer.description) == answer)
        #expect(answer.media.allSatisfy { $0.otherLines.contains { $0.hasPrefix("c=") } })
    }

    @Test func `knows the SSRC of retransmissions from their group`() throws {
        let (_, agreed) = try Fixture("obs-31-publish").answerer().receiving()
        #expect(agreed.sections[0].remoteSSRCs == [2_063_190_931])
        #expect(agreed.sections[1].remoteSSRCs.first == 2_063_190_932)
        #expect(agreed.sections[1].remoteRetransmissionSSRC == 2_063_190_933)
    }

    @Test func `leaves out an extension the offerer only receives (Firefox 153)`() throws {
        let (_, agreed) = try Fixture("firefox-153-publish").answerer().receiving()
        #expect(agreed.sections[1].extensionMap[.playoutDelay] == 0)
        #expect(agreed.sections[1].extensionMap[.transportWideCC] == 7)
    }
}
