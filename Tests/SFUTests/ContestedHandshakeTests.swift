import Ciphers
import Testing
import Timing
import WebRTC
import Wire

@testable import SFU

/// Real handshakes from an address that another session claims too: the stage's first peer is its owner,
/// the second somebody who can send from it, but not hear what goes there.
@Suite struct ContestedHandshakeTests {
    static let place = HandshakeStage.places[0]

    private static func stage(
        owner: HandshakePeer.Setup = .actpass, forger: HandshakePeer.Setup = .actpass
    ) throws -> HandshakeStage {
        var worker = try HandshakeStage.worker()
        let second = try HandshakePeer(
            .publication, room: "elsewhere", peer: "mallory", at: HandshakeStage.places[1],
            forger, with: &worker)
        let first = try HandshakePeer(
            .publication, peer: "alice", at: place, owner, with: &worker)
        return HandshakeStage(worker, first, second)
    }

    @Test(arguments: HandshakePeer.Setup.allCases, HandshakePeer.Setup.allCases)
    func `a handshake comes about where a connected session claims the address first`(
        owner: HandshakePeer.Setup, forger: HandshakePeer.Setup
    ) throws {
        var stage = try Self.stage(owner: owner, forger: forger)
        for _ in 0..<4 { stage.roundTripOfSecond() }
        try #require(stage.connected == [false, true])
        stage.forgeCheck()
        for _ in 0..<4 {
            stage.roundTripOfFirst()
            stage.forgeCheck()
        }
        #expect(stage.connected == [true, true])
        stage.sendMedia()
        #expect(stage.worker.totals.receivedPackets == 1 && stage.worker.dropped.isEmpty)
        #expect(stage.worker.transports.count == 2, "the other's handshake has harmed neither")
    }

    @Test func `a handshake comes about where another still waits for its peer's first word`()
        throws
    {
        var stage = try Self.stage()
        stage.forgeCheck()
        for _ in 0..<4 { stage.roundTripOfFirst() }
        #expect(stage.connected == [true, false])
        stage.sendMedia()
        #expect(stage.worker.totals.receivedPackets == 1)
        #expect(stage.worker.transports.count == 1, "who was shown another's certificate is gone")
    }

    @Test func `a handshake comes about where another has begun with forged datagrams`() throws {
        var stage = try Self.stage()
        stage.roundTripOfSecond()
        stage.forgeCheck()
        for bytes in stage.second.flight(at: stage.now) {
            stage.worker.take(bytes, from: Self.place, at: stage.now)
        }
        for _ in 0..<4 { stage.roundTripOfFirst() }
        #expect(stage.connected == [true, false])
        stage.sendMedia()
        #expect(stage.worker.totals.receivedPackets == 1)
    }

    @Test func `a handshake comes about where a later one of a forger's fails for its datagrams`()
        throws
    {
        var stage = try Self.stage()
        stage.roundTripOfSecond()
        for _ in 0..<2 { stage.roundTripOfFirst() }
        try #require(stage.connected == [false, false], "the server's first flight is there")
        stage.forgeCheck()
        for bytes in stage.second.flight(at: stage.now) {
            stage.worker.take(bytes, from: Self.place, at: stage.now)
        }
        // The forger's session is shown the owner's certificate first; its alert must not leave.
        for _ in 0..<2 { stage.roundTripOfFirst() }
        #expect(stage.connected == [true, false])
        stage.sendMedia()
        #expect(stage.worker.totals.receivedPackets == 1 && stage.worker.transports.count == 1)
    }

    @Test(arguments: HandshakePeer.Setup.allCases, HandshakePeer.Setup.allCases)
    func `a forged handshake leaves who is connected as he is, and his goodbye is heard`(
        owner: HandshakePeer.Setup, forger: HandshakePeer.Setup
    ) throws {
        var stage = try Self.stage(owner: owner, forger: forger)
        for _ in 0..<4 { stage.roundTripOfFirst() }
        stage.sendMedia()
        stage.roundTripOfSecond()
        stage.forgeCheck()
        for _ in 0..<4 {
            for bytes in stage.second.flight(at: stage.now) {
                stage.worker.take(bytes, from: Self.place, at: stage.now)
            }
            stage.roundTripOfFirst()
            stage.sendMedia()
        }
        #expect(stage.connected == [true, false])
        #expect(stage.worker.totals.receivedPackets == 5)
        stage.first.connection.close()
        stage.roundTripOfFirst()
        #expect(stage.worker.rooms.count == 1, "alice has left her room")
    }
}

extension HandshakeStage {
    /// The second peer's check comes as if from the first's address.
    fileprivate mutating func forgeCheck() {
        let request = second.check.request()
        worker.take(request, from: first.address, at: now)
    }

    /// The first peer's next packet.
    fileprivate mutating func sendMedia() {
        guard let packet = first.media(at: now) else { return }
        worker.take(packet, from: first.address, at: now)
    }
}
