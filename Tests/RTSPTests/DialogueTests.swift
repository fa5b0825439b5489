import RTSP
import SDP
import Testing
import Timing

@Suite struct DialogueTests {
    @Test(arguments: [1, 2, 3, 4, 5, 7, 11, 13, 17, 64, 100, 1000, 1_000_000])
    func `client and server agree wherever their octets are cut`(cut: Int) throws {
        var talk = try Conversation(cut: cut) {
            $0.credentials = .init(user: "cam", password: "secret")
        }
        talk.client.start(at: origin)
        talk.run()
        #expect(talk.playedTracks?.map(\.encoding) == ["H264", "MPEG4-GENERIC"])
        #expect(talk.serverEvents == [.playing(path: "/live", tracks: [0, 1])])
        let sent = (0..<20).map { packet($0, count: 12 + Int($0) * 70) }
        for (index, packet) in sent.enumerated() {
            let isTaken = talk.server.send(
                packet.span.bytes, track: index % 2, isRTCP: index % 3 == 0)
            #expect(isTaken)
            if index % 4 == 0 { talk.advance(to: talk.now + .seconds(9)) }
        }
        talk.run()
        let received = talk.packets.filter { sent.contains($0) }
        #expect(received == sent)
        talk.client.close(at: talk.now)
        talk.run()
        #expect(talk.ending == .some(nil))
        #expect(talk.serverEvents.last == .ended(nil))
        #expect(talk.client.nextDeadline == nil)
        #expect(talk.client.skippedByteCount == 0)
    }

    /// All that a camera sends in a session, cut in two at each octet.
    @Test func `what a client makes of its camera does not depend on where one cut falls`() throws {
        var talk = try Conversation { $0.credentials = .init(user: "cam", password: "secret") }
        talk.keepsTranscript = true
        talk.client.start(at: origin)
        talk.run()
        for number in UInt8(0)..<6 {
            talk.server.send(packet(number).span.bytes, track: Int(number) % 2)
        }
        talk.run()
        let octets = talk.transcript
        let packetCount = talk.packets.count
        #expect(packetCount == 6)
        for place in 0...octets.count {
            var other = try Conversation()
            other.client.start(at: origin)
            for piece in [octets[..<place], octets[place...]] {
                other.client.receive(piece.span.bytes, at: origin)
                other.takeClientEvents()
            }
            #expect(other.clientEvents == talk.clientEvents)
            #expect(other.packets == talk.packets)
        }
    }

    @Test func `packets name their track and kind`() throws {
        var talk = try Conversation()
        talk.client.start(at: origin)
        talk.run()
        talk.server.send(packet(1).span.bytes, track: 1)
        talk.server.send(packet(2).span.bytes, track: 0, isRTCP: true)
        talk.run()
        var places: [String] = []
        for case .packet(let packet) in talk.clientEvents {
            places.append("\(packet.track) \(packet.isRTCP)")
        }
        #expect(places == ["1 false", "0 true"])
    }

    @Test(arguments: [
        [RTSPServerConfiguration.Proof.basic], [.digestMD5], [.digestSHA256],
        [.basic, .digestMD5, .digestSHA256],
    ])
    func `the right password plays, the wrong one does not`(
        proofs: [RTSPServerConfiguration.Proof]
    ) throws {
        for (url, expected) in [
            ("rtsp://cam:secret@camera/live", nil),
            ("rtsp://cam:Secret@camera/live", RTSPError.wrongCredentials),
            ("rtsp://bob:secret@camera/live", .wrongCredentials),
            ("rtsp://camera/live", .credentialsNeeded),
        ] {
            var talk = try Conversation(url: url) {
                $0.credentials = .init(user: "cam", password: "secret")
                $0.proofs = proofs
            }
            talk.client.start(at: origin)
            talk.run()
            #expect((talk.playedTracks == nil) == (expected != nil))
            #expect((talk.ending ?? nil) == expected)
        }
    }

    @Test func `a nonce grown stale is answered without asking for the password again`() throws {
        var talk = try Conversation {
            $0.credentials = .init(user: "cam", password: "secret")
            $0.nonceLifetime = .seconds(40)
        }
        talk.client.start(at: origin)
        talk.run()
        for second in 1..<200 {
            talk.server.send(packet(1).span.bytes, track: 0)
            talk.advance(to: origin + .seconds(Int64(second)))
        }
        #expect(talk.ending == .none)
        #expect(talk.server.isEnded == false)
    }

    @Test func `a path that is not offered is not found`() throws {
        var talk = try Conversation(url: "rtsp://camera/other")
        talk.client.start(at: origin)
        talk.run()
        #expect(talk.ending == .some(.notFound))
        #expect(talk.client.isEnded == true)
    }

    @Test func `signs of life hold the session, reports go to each track`() throws {
        var talk = try Conversation { $0.sessionTimeout = 10 }
        talk.client.start(at: origin)
        talk.run()
        for second in 1..<100 {
            talk.server.send(packet(1).span.bytes, track: 0)
            talk.advance(to: origin + .seconds(Int64(second)))
        }
        #expect(talk.client.isEnded == false)
        #expect(talk.server.isEnded == false)
        let reports = talk.packets.filter { $0.starts(with: [0x80, 0xC9, 0, 1]) }
        #expect(reports.count == 2 * 19)
        #expect(reports.allSatisfy { $0.count == 36 && $0.count % 4 == 0 })
    }

    @Test func `a server forgets a client that gives no sign of life`() throws {
        var talk = try Conversation()
        talk.client.start(at: origin)
        talk.run()
        let deadline = origin + .seconds(60)
        #expect(talk.server.nextDeadline == deadline)
        talk.server.advance(to: deadline)
        #expect(talk.server.isEnded == true)
        #expect(talk.server.nextDeadline == nil)
    }

    @Test func `no media for too long ends it, with a farewell to the camera`() throws {
        var talk = try Conversation()
        talk.client.start(at: origin)
        talk.run()
        talk.advance(to: origin + .seconds(5))
        #expect(talk.ending == .none)
        talk.advance(to: origin + .seconds(10))
        #expect(talk.ending == .some(.noMedia(milliseconds: 10_000)))
        #expect(talk.serverEvents.last == .ended(nil))
    }

    @Test func `what nobody takes is bounded and counted`() throws {
        var talk = try Conversation()
        talk.client.start(at: origin)
        talk.run()
        let large = packet(9, count: 60_000)
        while talk.server.send(large.span.bytes, track: 0) {}
        #expect(talk.server.droppedPacketCount == 1)
        for _ in 0..<4 {
            while talk.server.send(large.span.bytes, track: 0) {}
            if let octets = talk.server.nextOutput() {
                talk.client.receive(octets.span.bytes, at: origin)
            }
        }
        #expect(talk.client.droppedPacketCount > 0)
        talk.run()
        #expect(talk.packets.allSatisfy { $0 == large })
        #expect(!talk.packets.isEmpty)
    }
}
