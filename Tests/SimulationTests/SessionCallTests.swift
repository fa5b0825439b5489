import SDP
import SFU
import Simulation
import Testing
import Timing
import WebRTC
import Wire

/// What the calls about sessions, peers and rooms let through, and what they leave behind.
@Suite struct SessionCallTests {
    @Test func `a session is found under its own kind alone`() throws {
        var meeting = Meeting(seed: 61)
        _ = try meeting.publisher()
        let publication = meeting.lastSession
        _ = try meeting.viewer("bob")
        let subscription = meeting.lastSession
        for (id, other) in [
            (publication, SessionKind.subscription), (subscription, .publication),
        ] {
            #expect(throws: SessionError.sessionNotFound(id)) {
                try meeting.world.server.close(
                    session: id, room: "room", kind: other, at: meeting.world.now)
            }
            #expect(throws: SessionError.sessionNotFound(id)) {
                try meeting.world.server.entityTag(ofSession: id, room: "room", kind: other)
            }
        }
        try meeting.world.server.close(
            session: publication, room: "room", kind: .publication, at: meeting.world.now)
        #expect(meeting.world.server.statistics().transportCount == 1)
    }

    @Test func `a viewer's answer names no session`() throws {
        var meeting = Meeting(seed: 62)
        _ = try meeting.publisher()
        let publication = meeting.lastSession
        let offer = try SessionDescription(parsing: Self.offer("recvonly", videos: 1))
        let answer = try meeting.world.server.subscribe(
            offer, room: "room", peer: "eve", to: nil, at: meeting.world.now)
        let text = answer.description.description
        #expect(!text.contains(publication))
    }

    @Test func `a refused join leaves no room behind`() throws {
        var meeting = Meeting(seed: 63)
        let long = String(repeating: "x", count: 129)
        for profile in [PeerProfile(id: "\u{1}"), PeerProfile(id: "a", userID: long)] {
            #expect(throws: SessionError.self) {
                try meeting.world.server.join(profile, room: "empty", at: meeting.world.now)
            }
        }
        #expect(throws: SessionError.malformedName(long)) {
            try meeting.world.server.join(
                PeerProfile(id: "a"), room: "empty", title: long, at: meeting.world.now)
        }
        let refused = meeting.world.server.statistics().roomCount
        #expect(refused == 0)
        _ = try meeting.world.server.join(
            PeerProfile(id: "a"), room: "full", at: meeting.world.now)
        #expect(throws: SessionError.peerExists("a")) {
            try meeting.world.server.join(
                PeerProfile(id: "a"), room: "full", at: meeting.world.now)
        }
        #expect(meeting.world.server.statistics().roomCount == 1)
    }

    @Test func `who comes back with two pictures is watched picture by picture`() throws {
        var meeting = Meeting(seed: 64)
        let sent = try SessionDescription(parsing: Self.offer("sendonly", videos: 2))
        let watched = try SessionDescription(parsing: Self.offer("recvonly", videos: 2))
        let now = meeting.world.now
        _ = try meeting.world.server.publish(sent, room: "room", peer: "alice", at: now)
        _ = try meeting.world.server.subscribe(
            watched, room: "room", peer: "bob", to: nil, at: now)
        for _ in 0..<2 {
            _ = try meeting.world.server.publish(sent, room: "room", peer: "alice", at: now)
            let snapshot = meeting.world.server.snapshot(ofRoom: "room")
            #expect(snapshot?.producers.map(\.consumerCount) == [1, 1])
        }
        // With one picture only, one of the two goes on; the other waits.
        let fewer = try SessionDescription(parsing: Self.offer("sendonly", videos: 1))
        _ = try meeting.world.server.publish(fewer, room: "room", peer: "alice", at: now)
        let left = meeting.world.server.snapshot(ofRoom: "room")
        #expect(left?.producers.map(\.consumerCount) == [1])
    }

    @Test func `who is given a silent session's address is heard from it at once`() throws {
        var meeting = Meeting(seed: 65)
        _ = try meeting.publisher("alice")
        let old = try meeting.publisher("carol")
        meeting.world.run(for: .seconds(1))
        let address = meeting.world.clients[old].address
        meeting.world.kill(old)
        let viewer = try meeting.viewer("bob", of: "alice")
        meeting.world.run(for: .seconds(2))
        meeting.world.move(viewer, to: address)
        meeting.world.run(for: .seconds(1))
        let seen = meeting.reception(viewer).completeFrameCount
        meeting.world.run(for: .seconds(10))
        #expect(meeting.reception(viewer).completeFrameCount >= seen + 295)
        #expect(meeting.world.server.statistics().drops[.addressInUse] == 0)
    }

    @Test func `a viewer hears the clocks as soon as it sees the track`() throws {
        var meeting = Meeting(seed: 66)
        _ = try meeting.publisher()
        meeting.world.run(for: .milliseconds(3_100))
        let viewer = try meeting.viewer("bob")
        meeting.world.run(for: .milliseconds(500))
        #expect(meeting.reception(viewer).reports.count == 2)
    }

    private static func offer(_ direction: String, videos: Int) -> String {
        let digest = Array(repeating: "AB", count: 32).joined(separator: ":")
        var lines = [
            "v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=-", "t=0 0",
            "a=group:BUNDLE " + (0..<videos).map(String.init).joined(separator: " "),
        ]
        for mid in 0..<videos {
            lines += [
                "m=video 9 UDP/TLS/RTP/SAVPF 96", "c=IN IP4 0.0.0.0", "a=mid:\(mid)",
                "a=ice-ufrag:abcd", "a=ice-pwd:abcdefghijklmnopqrstuvwx",
                "a=fingerprint:sha-256 \(digest)", "a=setup:actpass", "a=\(direction)",
                "a=rtcp-mux", "a=rtpmap:96 VP8/90000", "a=rtcp-fb:96 nack",
            ]
            if direction == "sendonly" { lines.append("a=ssrc:\(1000 + mid) cname:x") }
        }
        return lines.map { $0 + "\r\n" }.joined()
    }
}
