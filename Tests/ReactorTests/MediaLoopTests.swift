import Synchronization
import Testing
import Timing
import Wire

@testable import Reactor

@Suite(.timeLimit(.minutes(1))) struct MediaLoopTests {
    @Test func `echoes a burst larger than a turn, and tells of each datagram`() async throws {
        let events = Mutex<[Int]>([])
        let loop = try start { event in events.withLock { $0.append(event) } }
        try exchange(300, with: loop.report.localEndpoint)
        let statistics = try await loop.statistics()
        #expect(statistics.socket.receivedPackets == 300)
        #expect(statistics.socket.sentPackets == 300)
        #expect(await loop.stop() == nil)
        #expect(events.withLock { $0 } == Array(repeating: 100, count: 300))
    }

    @Test func `what an engine wrote ahead stays in place until all of it is handed out`()
        async throws
    {
        let loop = try startLoop(
            name: "ahead", configuration: LoopConfiguration(listen: loopback),
            makeEngine: { WriteAhead() }, onEvent: { _ in })
        var socket = try UDPSocket.bind(to: loopback)
        socket.send([1], segmentLength: 1, to: loop.report.localEndpoint)
        let received = try socket.receive(WriteAhead.count)
        #expect(
            received
                == (0..<WriteAhead.count).map { number in
                    withUnsafeBytes(of: UInt32(number).bigEndian) { Array($0) }
                })
        await loop.stop()
    }

    @Test func `answers run with what the engine said, at the time of the turn`() async throws {
        let loop = try start()
        let before = Instant.now()
        let (time, sum) = try await loop.run { _, now in (now, 40 + 2) }
        #expect(sum == 42)
        #expect(time >= before && time <= .now())
        await loop.stop()
    }

    @Test func `advances the engine at its deadline, with nothing else to wake it`() async throws {
        let (fired, continuation) = AsyncStream.makeStream(of: Int.self)
        let loop = try start { continuation.yield($0) }
        let deadline = try await loop.run { engine, now in
            engine.wake(at: now + .milliseconds(5))
            return now + .milliseconds(5)
        }
        for await event in fired {
            #expect(event == -1)
            break
        }
        #expect(Instant.now() >= deadline)
        let advances = try await loop.run { engine, _ in engine.advances }
        #expect(advances < 20, "a loop with a deadline ahead waits instead of spinning")
        await loop.stop()
    }

    @Test func `carries out what it took before the stop, and refuses what comes after`()
        async throws
    {
        let loop = try start()
        let count = Mutex(0)
        for _ in 0..<100 { #expect(loop.post { _, _ in count.withLock { $0 += 1 } }) }
        await loop.stop()
        #expect(count.withLock { $0 } == 100)
        #expect(!loop.post { _, _ in })
        await #expect(throws: MailboxRefusal.closed) { try await loop.run { _, _ in } }
        #expect(await loop.stop() == nil)
    }

    @Test func `a loop that cannot go on tells of all that has happened`() throws {
        let events = Mutex<[Int]>([])
        let mailbox = try Mailbox<MediaLoop<Echo>.Command>()
        var loop = try MediaLoop(
            engine: Echo(), socket: UDPSocket.bind(to: loopback), mailbox: mailbox,
            pipes: PipeEnds(nil), onEvent: { event in events.withLock { $0.append(event) } })
        for length in 1...3 {
            try mailbox.post { engine, _, now in
                let bytes = [UInt8](repeating: 0, count: length)
                engine.receive(bytes.span.bytes, from: loopback, at: now)
            }
        }
        loop.close()
        #expect(events.withLock { $0 } == [1, 2, 3])
    }

    @Test func `gives its port back by the end of stop`() async throws {
        let loop = try start()
        await loop.stop()
        _ = try UDPSocket.bind(to: loop.report.localEndpoint)
    }

    @Test func `throws to its starter what binding or the engine threw`() throws {
        let taken = try UDPSocket.bind(to: loopback)
        let configuration = LoopConfiguration(listen: taken.localEndpoint)
        #expect(throws: SystemError.self) {
            _ = try startLoop(
                name: "echo",
                configuration: configuration,
                makeEngine: { Echo() },
                onEvent: { _ in }
            )
        }
        struct Refused: Error {}
        #expect(throws: Refused.self) {
            _ = try startLoop(
                name: "echo",
                configuration: LoopConfiguration(listen: loopback),
                makeEngine: { () throws -> Echo in throw Refused() },
                onEvent: { _ in }
            )
        }
    }

    private func start(
        onEvent: @escaping @Sendable (Int) -> Void = { _ in }
    ) throws -> LoopHandle<Echo> {
        try startLoop(
            name: "echo",
            configuration: LoopConfiguration(listen: loopback),
            makeEngine: { Echo() },
            onEvent: onEvent
        )
    }

    private func exchange(_ count: Int, with endpoint: Endpoint) throws {
        var socket = try UDPSocket.bind(to: loopback)
        let octets = (0..<count * 100).map { UInt8(truncatingIfNeeded: $0 / 100) }
        socket.send(octets, segmentLength: 100, to: endpoint)
        let echoes = try socket.receive(count)
        #expect(echoes.flatMap { $0 } == octets)
    }
}
