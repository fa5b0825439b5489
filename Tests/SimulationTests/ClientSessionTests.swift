import Ciphers
import Codecs
import RTP
import SDP
import SFU
import Testing
import Timing
import WebRTC
import Wire

/// Our client's sessions with our own server: real handshakes, in memory.
@Suite struct ClientSessionTests {
    static let opus = NegotiatedCodec(codec: .opus, payloadType: 111)
    static let h264 = NegotiatedCodec(
        codec: .h264, payloadType: 96, retransmissionPayloadType: 97,
        parameters: FormatParameters(
            "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f"),
        feedback: .init(nack: true, pictureLoss: true))

    @Test func `what is published is watched, packet for packet`() throws {
        var meeting = try ClientMeeting()
        try meeting.run(for: .seconds(1))
        #expect(meeting.publisher.isConnected && meeting.watcher.isConnected)
        for number in 0..<300 {
            meeting.publish(number)
            try meeting.run(for: .milliseconds(5))
        }
        #expect(
            meeting.packets(track: 0).map(\.payload) == (0..<300).map { [0x78, UInt8($0 & 255)] })
        let pictures = meeting.packets(track: 1)
        #expect(pictures.count == 300)
        #expect(zip(pictures, pictures.dropFirst()).allSatisfy { $1.sequence == $0.sequence + 1 })
        #expect(meeting.clockCount > 1, "sender reports are passed on")
        #expect(meeting.publisher.statistics.sentPackets == 600)
    }

    @Test func `a track that the server does not take leaves the other where it is`() throws {
        var meeting = try ClientMeeting(rejecting: 0)
        try meeting.run(for: .seconds(1))
        for number in 0..<50 {
            meeting.publish(number)
            try meeting.run(for: .milliseconds(5))
        }
        meeting.watcher.requestKeyframe(track: 1)
        try meeting.run(for: .seconds(1))
        #expect(meeting.packets(track: 0).isEmpty)
        #expect(meeting.packets(track: 1).map(\.payload) == (0..<50).map { [0x65, 0x88, $0] })
        #expect(meeting.publisher.statistics.droppedPackets == 50)
        #expect(Set(meeting.wishes) == [1])
    }

    @Test func `a tenth lost on either way is asked for again, and comes`() throws {
        var meeting = try ClientMeeting()
        try meeting.run(for: .seconds(1))
        meeting.line.lossPercent = 10
        for number in 0..<300 {
            meeting.publish(number)
            try meeting.run(for: .milliseconds(5))
        }
        try meeting.run(for: .seconds(2))
        let first = try #require(meeting.packets(track: 1).first?.sequence)
        let numbers = Set(meeting.packets(track: 1).map(\.sequence))
        #expect(numbers.count == meeting.packets(track: 1).count, "each comes once")
        #expect(numbers.count >= 299 - Int(first - (numbers.min() ?? 0)))
        #expect(meeting.watcher.recoveredPackets > 10)
        #expect(meeting.publisher.statistics.retransmittedPackets > 10)
    }

    @Test func `a viewer's wish for a key frame reaches the publisher`() throws {
        var meeting = try ClientMeeting()
        try meeting.run(for: .seconds(1))
        for number in 0..<10 {
            meeting.publish(number)
            try meeting.run(for: .milliseconds(20))
        }
        meeting.wishes = []
        try meeting.run(for: .seconds(1))
        meeting.watcher.requestKeyframe(track: 1)
        try meeting.run(for: .seconds(1))
        #expect(meeting.wishes.first == 1 && Set(meeting.wishes) == [1], "asked until one comes")
    }

    @Test func `who says goodbye is gone at once, on both sides`() throws {
        var meeting = try ClientMeeting()
        try meeting.run(for: .seconds(1))
        meeting.publisher.close(at: meeting.now)
        try meeting.run(for: .milliseconds(100))
        #expect(meeting.worker.statistics().transportCount == 1)
        meeting.worker.closeAllSessions(at: meeting.now)
        try meeting.run(for: .milliseconds(100))
        #expect(meeting.endings.contains(.remote))
    }

    @Test func `an answer that does not fit the offer is refused with a reason`() throws {
        let local = LocalDescription(
            ice: ICECredentials(ufrag: "abcd", password: "abcdefghijklmnopqrstuvwx"),
            fingerprint: "sha-256 " + Array(repeating: "AB", count: 32).joined(separator: ":"),
            candidates: [], sessionID: 1)
        let offer = Offer(receiving: [[Self.opus]], local: local)
        func error(_ edit: (inout SessionDescription) -> Void) throws -> AnswerError? {
            var answer = try Answerer(offer: offer.description, local: local).sending([
                OutgoingTrack(
                    codec: Self.opus, ssrc: 1, retransmissionSSRC: 2, streamID: "s", trackID: "t")
            ]).0
            edit(&answer)
            do throws(AnswerError) {
                _ = try offer.accept(answer)
                return nil
            } catch { return error }
        }
        #expect(try error { _ in } == nil)
        #expect(try error { $0.media = [] } == .sectionCount(offered: 1, answered: 0))
        #expect(try error { $0.media[0].port = 0 } == .nothingAccepted)
        #expect(try error { $0.media[0].formats = ["99"] } == .codecNotOffered("99"))
        for (name, reason) in [
            ("ice-ufrag", AnswerError.missingICECredentials),
            ("ice-pwd", .missingICECredentials), ("fingerprint", .missingFingerprint),
            ("setup", .unsupportedSetup("none")),
        ] {
            #expect(try error { $0.media[0].attributes.removeAll { $0.name == name } } == reason)
        }
    }
}
