import Testing
import Timing
import Wire

@testable import SFU

/// How long it takes from a peer's first check to its media, in round trips.
@Suite struct JoinTests {
    private static func stage(
        _ publishing: HandshakePeer.Setup = .actpass, _ watching: HandshakePeer.Setup = .actpass
    ) throws -> HandshakeStage {
        var worker = try HandshakeStage.worker()
        let publisher = try HandshakePeer(
            .publication, peer: "alice", at: HandshakeStage.places[0], publishing, with: &worker)
        let viewer = try HandshakePeer(
            .subscription, peer: "bob", at: HandshakeStage.places[1], watching, with: &worker)
        return HandshakeStage(worker, publisher, viewer)
    }

    @Test(arguments: HandshakePeer.Setup.allCases)
    func `a publisher sends its first packet three round trips after its first check`(
        setup: HandshakePeer.Setup
    ) throws {
        var stage = try Self.stage(setup)
        var trips = 0
        while !stage.first.isConnected, trips < 10 {
            stage.roundTripOfFirst()
            trips += 1
        }
        #expect(trips <= 3)
        // Where it has the handshake's last word, that goes ahead.
        for bytes in stage.first.flight(at: stage.now) {
            stage.worker.take(bytes, from: stage.first.address, at: stage.now)
        }
        let media = stage.first.media(at: stage.now)
        let packet = try #require(media)
        stage.worker.take(packet, from: stage.first.address, at: stage.now)
        #expect(stage.worker.totals.receivedPackets == 1, "the worker is ready for it")
    }

    @Test(arguments: HandshakePeer.Setup.allCases)
    func `a viewer has its first packet three round trips after its first check`(
        setup: HandshakePeer.Setup
    ) throws {
        var stage = try Self.stage(.actpass, setup)
        for _ in 0..<4 { stage.roundTripOfFirst() }
        let media = stage.first.media(at: stage.now)
        let packet = try #require(media)
        stage.worker.take(packet, from: stage.first.address, at: stage.now)
        var trips = 0
        while stage.second.packetCount == 0, trips < 10 {
            stage.roundTripOfSecond()
            trips += 1
        }
        let count = stage.second.packetCount
        #expect(count == 1 && trips <= 3)
    }
}
