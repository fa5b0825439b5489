import SDP
import Testing

@testable import WebRTC

/// One edit of a good offer, and what must come of it.
@Suite struct AnswererRefusalTests {
    struct Edit: CustomTestStringConvertible, Sendable {
        let what: String
        let from: String
        let to: String
        let error: NegotiationError
        var testDescription: String { what }
    }

    static let edits = [
        Edit(what: "no ufrag", from: "a=ice-ufrag:", to: "a=x:", error: .missingICECredentials),
        Edit(
            what: "short pwd", from: "a=ice-pwd:", to: "a=ice-pwd:x\r\na=y:",
            error: .missingICECredentials),
        Edit(
            what: "no fingerprint", from: "a=fingerprint:", to: "a=x:", error: .missingFingerprint),
        Edit(what: "unknown hash", from: "sha-256", to: "sha-999", error: .missingFingerprint),
        Edit(what: "no mux", from: "a=rtcp-mux", to: "a=x", error: .multiplexingRequired(mid: "0")),
        Edit(
            what: "held", from: "setup:actpass", to: "setup:holdconn",
            error: .unsupportedSetup("holdconn")),
        Edit(what: "no setup", from: "a=setup:", to: "a=x:", error: .unsupportedSetup("none")),
        Edit(
            what: "plain RTP", from: "UDP/TLS/RTP/SAVPF", to: "RTP/AVP",
            error: .unsupportedTransport("RTP/AVP")),
        Edit(
            what: "same mid twice", from: "a=mid:1", to: "a=mid:0",
            error: .malformed(.invalid(field: "mid of section 1", at: 0))),
        Edit(
            what: "mid of two words", from: "a=mid:1", to: "a=mid:1 2",
            error: .malformed(.invalid(field: "mid of section 1", at: 0))),
        Edit(what: "all inactive", from: "a=sendonly", to: "a=inactive", error: .noMedia),
        Edit(what: "all rejected", from: " 9 UDP", to: " 0 UDP", error: .noMedia),
    ]

    @Test(arguments: edits) func `refuses with the reason`(_ edit: Edit) throws {
        let text = try Fixture("obs-31-publish").text()
        let edited = text.split(separator: "\r\n").map { $0.replacing(edit.from, with: edit.to) }
            .joined(separator: "\r\n")
        let offer = try SessionDescription(parsing: edited)
        #expect(throws: edit.error) {
            try Answerer(offer: offer, local: .example).receiving()
        }
        #expect(!edit.error.description.isEmpty)
    }

    @Test func `names the codecs it does not carry`() throws {
        let text = try Fixture("ffmpeg-8-publish").text()
            .replacing("H264/90000", with: "H265/90000").replacing("opus/48000/2", with: "L16/8000")
        let offer = try SessionDescription(parsing: text)
        #expect(throws: NegotiationError.noCommonCodec(kind: "audio", offered: ["L16"])) {
            try Answerer(offer: offer, local: .example).receiving()
        }
    }

    @Test func `what repeats a payload type is read once, however long its line and the list are`()
        throws
    {
        let types = (1...120).map(String.init)
        var section = try #require(
            try Fixture("obs-31-publish").offer().media.first { $0.kind == "video" })
        section.formats = types + ["121", "122"]
        section.attributes.removeAll { ["rtpmap", "fmtp", "rtcp-fb"].contains($0.name) }
        for type in types { section.append("rtpmap", "\(type) H264/90000") }
        for type in ["121", "122"] { section.append("rtpmap", "\(type) rtx/90000") }
        section.append("fmtp", "121 " + String(repeating: "a;", count: 28_000) + "apt=1")
        section.append("fmtp", "122 apt=2")
        let choices = CodecMatch.choices(in: section)
        #expect(choices.count == 120)
        #expect(choices.prefix(3).map(\.codec.retransmissionPayloadType) == [nil, 122, nil])
    }

    @Test func `rejects a second section outside the bundle`() throws {
        let text = try Fixture("obs-31-publish").text()
            .replacing("a=group:BUNDLE 0 1", with: "a=group:BUNDLE 0")
        let (answer, agreed) = try Answerer(
            offer: SessionDescription(parsing: text), local: .example
        ).receiving()
        #expect(answer.media.map(\.port) == [9, 0])
        #expect(answer.bundle == ["0"])
        #expect(agreed.sections.map(\.mid) == ["0"])
    }

    @Test func `does not take lip synchronisation for a bundle (OBS)`() throws {
        let text = try Fixture("obs-31-publish").text()
            .replacing(
                "a=group:BUNDLE 0 1\r\na=group:LS 0 1", with: "a=group:LS 0 1\r\na=group:BUNDLE 0 1"
            )
        let (answer, _) = try Answerer(
            offer: SessionDescription(parsing: text), local: .example
        ).receiving()
        #expect(answer.bundle == ["0", "1"])
        #expect(answer.attributes.filter { $0.name == "group" }.count == 1)
    }

    @Test(arguments: Fixture.all)
    func `an offer cut short is refused or answered in part`(_ fixture: Fixture) throws {
        let octets = Array(try fixture.text().utf8)
        // Every octet of the short ones; every seventh of browsers' keeps this to a few seconds.
        let step = octets.count < 2000 ? 1 : 7
        for count in stride(from: 0, to: octets.count, by: step) {
            let text = String(decoding: octets[..<count], as: UTF8.self)
            guard let offer = try? SessionDescription(parsing: text) else { continue }
            let answerer = Answerer(offer: offer, local: .example)
            if let (answer, agreed) = try? answerer.receiving() {
                #expect(answer.media.count == offer.media.count)
                #expect(!agreed.sections.isEmpty)
            }
            if let (answer, _) = try? answerer.sending(AnswererSendingTests.tracks) {
                #expect(answer.media.count == offer.media.count)
            }
        }
    }
}
