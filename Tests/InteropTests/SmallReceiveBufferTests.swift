import Ciphers
import Codecs
import RTP
import Reactor
import SDP
import SFU
import Testing
import Timing
import WebRTC
import Wire

/// A loop whose socket has room for few datagrams.
@Suite(.serialized, .timeLimit(.minutes(1))) struct SmallReceiveBufferTests {
    private static func loop() throws -> LoopHandle<Worker> {
        var configuration = LoopConfiguration(listen: .loopback)
        configuration.receiveBufferByteCount = 6000
        let context = try DTLSContext(certificate: Certificate())
        return try startLoop(
            name: "small", configuration: configuration,
            makeEngine: {
                Worker(
                    WorkerConfiguration(
                        candidates: [], security: .dtls(context), clock: .now(), seed: [1]))
            }, onEvent: { _ in })
    }

    /// A publisher of one track of pictures, agreed with the loop's worker.
    private static func publisher(
        _ loop: LoopHandle<Worker>
    ) async throws -> ClientDriver<PublishingSession> {
        let socket = try UDPSocket.bind(to: .loopback)
        let identity = try ClientIdentity(socket.localEndpoint)
        let track = OutgoingTrack(
            codec: ClientIdentity.h264(), ssrc: 1000, retransmissionSSRC: 2000, streamID: "camera",
            trackID: "track")
        let offer = Offer(sending: [track], local: identity.local)
        let (description, server) = (offer.description, loop.report.localEndpoint)
        let answer = try await loop.run { worker, now in
            worker.announce([server])
            return Result { () throws(SessionError) in
                try worker.publish(description, room: "room", peer: "camera", at: now)
            }
        }.get()
        let accepted = try offer.accept(answer.description)
        let connection = try ClientConnection(
            accepted, local: identity.local.ice, context: identity.context, seed: [2], at: .now())
        let senders = accepted.negotiated.sections.map {
            RTPSender($0.senderParameters(of: [track]), sequenceNumber: 65_500)
        }
        return ClientDriver(
            PublishingSession(
                connection, sections: accepted.negotiated.sections, senders: senders,
                clock: .now(), cname: "camera"), over: socket)
    }

    @Test
    func `what the kernel drops of a burst is counted, asked for again, and holds up nothing`()
        async throws
    {
        let loop = try Self.loop()
        #expect(loop.report.receiveBufferByteCount < 20_000)
        var driver = try await Self.publisher(loop)
        try driver.run(seconds: 20) { $0.session.isConnected }
        let isConnected = driver.session.isConnected
        try #require(isConnected, "a handshake goes on where a datagram is lost")
        let before = try await loop.statistics().socket.receiveDrops
        var (sent, arrived): (UInt64, UInt64) = (0, 0)
        // Some of a burst come through, and some of what is sent again: each is got within the tries
        // there are, unless the next burst meets it.
        for burst in 0..<30 {
            for part in 0..<12 {
                let type: UInt8 = burst == 0 && part == 0 ? 0x65 : 0x41
                driver.session.send(
                    [type, 0x88] + [UInt8](repeating: 7, count: 1000), track: 0,
                    timestamp: UInt32(burst * 3000), marker: part == 11, at: .now())
            }
            sent += 12
            // The last of a burst nobody misses before something follows it.
            for _ in 0..<10 { try driver.turn() }
            driver.session.send(
                [0x41, 0x88], track: 0, timestamp: UInt32(burst * 3000 + 1500), marker: true,
                at: .now())
            sent += 1
            for _ in 0..<200 where arrived < sent {
                try driver.turn()
                arrived =
                    try await loop.run { worker, _ in
                        worker.snapshot(ofRoom: "room")?.producers.first?.packetCount ?? 0
                    }
            }
        }
        let dropped = try await loop.statistics().socket.receiveDrops - before
        #expect(arrived == sent, "what was dropped was sent again")
        #expect(dropped > 20, "bursts did not fit")
        let repeated = driver.session.statistics.retransmittedPackets
        #expect(repeated > 20)
        await loop.stop()
    }
}
