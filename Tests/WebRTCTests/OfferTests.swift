import Ciphers
import Codecs
import Foundation
import SDP
import Testing
import WebRTC
import Wire

/// Our offers, and what other servers answered to them.
@Suite struct OfferTests {
    /// A server's answer, as captured.
    struct Answer: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let role: DTLSRole
        let ufrag: String
        let candidates: [String]
        let fingerprintCount: Int
        let hasMID: Bool

        func text() throws -> String {
            let url = try #require(
                Bundle.module.url(
                    forResource: testDescription, withExtension: "sdp",
                    subdirectory: "Fixtures/Answers"))
            return try String(contentsOf: url, encoding: .utf8)
        }

        var offer: Offer {
            testDescription.hasSuffix("whip") ? OfferTests.sending : OfferTests.receiving
        }
    }

    static let answers = [
        Answer(
            testDescription: "aiortc-1.16-whip", role: .server, ufrag: "MrKj",
            candidates: ["127.0.0.1:47397"], fingerprintCount: 3, hasMID: true),
        Answer(
            testDescription: "aiortc-1.16-whep", role: .server, ufrag: "kt4K",
            candidates: ["127.0.0.1:36544"], fingerprintCount: 3, hasMID: true),
        Answer(
            testDescription: "pion-3.1.56-whip", role: .client, ufrag: "qOBJRbKsypKExrcm",
            candidates: ["127.0.0.1:34450"], fingerprintCount: 1, hasMID: false),
        Answer(
            testDescription: "janus-1.1-whip", role: .client, ufrag: "bjcT",
            candidates: ["10.77.139.1:45196"], fingerprintCount: 1, hasMID: true),
    ]

    static let opus = NegotiatedCodec(codec: .opus, payloadType: 111)
    static let h264 = NegotiatedCodec(
        codec: .h264, payloadType: 96, retransmissionPayloadType: 97,
        parameters: FormatParameters(
            "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f"),
        feedback: .init(nack: true, pictureLoss: true))
    static let tracks = [opus, h264].enumerated().map {
        OutgoingTrack(
            codec: $1, ssrc: UInt32(1000 + $0), retransmissionSSRC: UInt32(2000 + $0),
            streamID: "camera", trackID: "track\($0)")
    }
    static let sending = Offer(sending: tracks, local: .example)
    static let receiving = Offer(receiving: [[opus], [h264]], local: .example)

    @Test func `an offer reads back as it was written`() throws {
        for offer in [Self.sending, Self.receiving] {
            let text = offer.description.description
            #expect(try SessionDescription(parsing: text).description == text)
        }
    }

    @Test func `what is sent is announced by its SSRCs, what is received is not`() {
        let sent = Self.sending.description.media
        #expect(sent.map(\.direction) == [.sendonly, .sendonly])
        #expect(sent.map(\.ssrcs) == [[1000], [1001, 2001]])
        #expect(sent[1].retransmissionGroups.map(\.retransmission) == [2001])
        let received = Self.receiving.description.media
        #expect(received.map(\.direction) == [.recvonly, .recvonly])
        #expect(received.allSatisfy { $0.ssrcs.isEmpty && $0["msid"] == nil })
        #expect((sent + received).allSatisfy { $0["setup"] == "actpass" })
    }

    @Test(arguments: answers) func `a server's answer says all that is needed`(
        _ answer: Answer
    ) throws {
        let accepted = try answer.offer.accept(SessionDescription(parsing: answer.text()))
        let negotiated = accepted.negotiated
        #expect(negotiated.role == answer.role)
        #expect(negotiated.remoteICE.ufrag == answer.ufrag)
        #expect(accepted.candidates.map(\.description) == answer.candidates)
        #expect(negotiated.fingerprints.count == answer.fingerprintCount)
        #expect(negotiated.sections.map(\.mid) == ["0", "1"])
        #expect(negotiated.sections.map(\.track) == [0, 1])
        #expect(negotiated.sections.map(\.codec.codec) == [.opus, .h264])
        #expect(
            negotiated.sections.map { $0.extensionMap[.mid] != 0 } == [
                answer.hasMID, answer.hasMID,
            ])
        let picture = negotiated.sections[1].codec
        #expect(picture.feedback.nack && picture.feedback.pictureLoss)
        #expect(picture.retransmissionPayloadType == 97)
    }

    @Test(arguments: answers) func `an answer cut anywhere is refused, or whole enough`(
        _ answer: Answer
    ) throws {
        let text = try Array(answer.text().utf8)
        for count in text.indices {
            let cut = String(decoding: text[..<count], as: UTF8.self)
            guard let parsed = try? SessionDescription(parsing: cut),
                let accepted = try? answer.offer.accept(parsed)
            else { continue }
            #expect(accepted.negotiated.sections.map(\.track) == [0, 1])
            #expect(accepted.negotiated.remoteICE.password.utf8.count >= 22)
        }
    }

    @Test(arguments: answers) func `a section that is rejected leaves the other`(
        _ answer: Answer
    ) throws {
        for index in 0...1 {
            var parsed = try SessionDescription(parsing: answer.text())
            parsed.media[index].port = 0
            let sections = try answer.offer.accept(parsed).negotiated.sections
            #expect(sections.map(\.track) == [1 - index])
            parsed = try SessionDescription(parsing: answer.text())
            parsed.media[index].attributes.removeAll { ["sendonly", "recvonly"].contains($0.name) }
            parsed.media[index].append("inactive")
            #expect(try answer.offer.accept(parsed).negotiated.sections.map(\.track) == [1 - index])
        }
    }

    @Test func `of a server's candidates those over UDP with an address are tried, once each`()
        throws
    {
        var answer = try SessionDescription(parsing: Self.answers[2].text())
        for index in answer.media.indices {
            answer.media[index].attributes.removeAll { $0.name == "candidate" }
        }
        for line in [
            "1 1 udp 100 192.0.2.1 40000 typ host", "2 1 UDP 300 2001:db8::1 40000 typ host",
            "3 2 udp 400 192.0.2.1 40001 typ host",
            "4 1 tcp 500 192.0.2.1 9 typ host tcptype active",
            "5 1 udp 600 4f1c.local 40000 typ host", "6 1 udp 200 198.51.100.1 0 typ host",
            "7 1 udp 50 192.0.2.1 40000 typ srflx raddr 0.0.0.0 rport 0", "8 1 udp 100 192.0.2.2",
            "9 1 udp 200 198.51.100.1 40000 typ relay raddr 0.0.0.0 rport 0",
        ] { answer.media[0].append("candidate", line) }
        #expect(
            try Self.sending.accept(answer).candidates.map(\.description)
                == ["[2001:db8::1]:40000", "198.51.100.1:40000", "192.0.2.1:40000"])
    }
}
