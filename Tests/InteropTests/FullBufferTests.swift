import Glibc
import Reactor
import Synchronization
import Testing
import Timing
import Wire

/// Sends `count` datagrams of 1200 octets to the port itself, in runs of ten, as fast as it may.
private struct Flood: Engine, ~Copyable {
    let destination: Endpoint
    private(set) var count: Int
    private let run = [UInt8](repeating: 7, count: 12_000)

    init(_ count: Int, to destination: Endpoint) {
        (self.count, self.destination) = (count, destination)
    }

    private(set) var nextDeadline: Instant? = Instant(nanoseconds: 0)  // wakes the loop once
    mutating func receive(_ bytes: RawSpan, from source: Endpoint, at now: Instant) {}
    mutating func advance(to now: Instant) { nextDeadline = nil }
    mutating func nextEvent() -> Int? {
        guard count == 0 else { return nil }
        count = -1
        return 0
    }
    mutating func nextTransmit(into arena: inout SendArena) -> Transmit? {
        guard count > 0, var transmit = arena.append(run, to: destination) else { return nil }
        transmit.segmentLength = 1200
        count -= 10
        return transmit
    }
}

/// Gives the calling thread a network namespace of its own; Swift does not import `unshare`.
private func enterNamespace() -> Bool {
    guard let address = dlsym(nil, "unshare") else { return false }
    let unshare = unsafeBitCast(address, to: (@convention(c) (Int32) -> Int32).self)
    return unshare(0x4000_0000) == 0  // CLONE_NEWNET
}

/// A device slower than what is sent, in a namespace of the test's own.
@Suite(
    .enabled(if: Lab.isRoot && Lab.has("tc"), "needs root, for a namespace, and tc"), .serialized,
    .timeLimit(.minutes(2)))
struct FullBufferTests {
    private static let sink = Endpoint(ipv4: 0x7F00_0001, port: 9)

    /// What a loop in a namespace whose loopback carries `rate` has done once the engine is empty.
    private static func flood(
        _ count: Int, rate: String, mtu: Int = 65_536
    ) async throws -> LoopStatistics {
        let (emptied, onEmpty) = AsyncStream.makeStream(of: Int.self)
        let (loops, continuation) = AsyncThrowingStream.makeStream(of: LoopHandle<Flood>.self)
        try startThread(name: "namespace") {
            // A namespace is its thread's, and passes on to those it starts.
            let isApart = enterNamespace()
            let shape = "tc qdisc add dev lo root tbf rate \(rate) burst 64kb limit 16mb"
            guard isApart, system("ip link set lo up mtu \(mtu) && \(shape)") == 0 else {
                return continuation.finish()
            }
            var configuration = LoopConfiguration(listen: Endpoint(ipv4: 0x7F00_0001, port: 0))
            configuration.sendBufferByteCount = 1 << 17
            do {
                continuation.yield(
                    try startLoop(
                        name: "flood", configuration: configuration,
                        makeEngine: { Flood(count, to: sink) }, onEvent: { onEmpty.yield($0) }))
                continuation.finish()
            } catch { continuation.finish(throwing: error) }
        }
        var handle: LoopHandle<Flood>?
        for try await loop in loops { handle = loop }
        let loop = try #require(handle, "no namespace, or no tc in it")
        // Until then nothing wakes the loop but the room it waits for.
        for await _ in emptied { break }
        var statistics = try await loop.statistics()
        while statistics.socket.sentPackets + statistics.socket.droppedPackets < count {
            statistics = try await loop.statistics()
            await Task.yield()
        }
        #expect(await loop.stop() == nil)
        return statistics
    }

    @Test func `what finds the send buffer full leaves when there is room, and nothing is lost`()
        async throws
    {
        let statistics = try await Self.flood(5000, rate: "400mbit")
        #expect(statistics.socket.sentPackets == 5000)
        #expect(statistics.socket.droppedPackets == 0)
        #expect(statistics.socket.fullBuffers > 10)
        #expect(statistics.turns < 2000, "a loop without room waits instead of spinning")
    }

    @Test func `a path that carries no run takes it piece by piece, and waits for room alike`()
        async throws
    {
        // IP cuts each datagram of 1200 octets for this MTU; of a run the kernel would not.
        let statistics = try await Self.flood(5000, rate: "80mbit", mtu: 1000)
        #expect(statistics.socket.sentPackets == 5000)
        #expect(statistics.socket.droppedPackets == 0)
        #expect(statistics.socket.fullBuffers > 10)
        #expect((1...50).contains(statistics.socket.refusedRuns), "refused, and remembered")
        #expect(statistics.socket.apartRuns > 400 && statistics.socket.segmentedRuns == 0)
    }

    @Test func `a device that does not catch up costs packets, each of them counted`() async throws
    {
        let statistics = try await Self.flood(2000, rate: "1mbit")
        #expect(statistics.socket[.socketBufferFull] > 1500)
        #expect(
            statistics.socket.sentPackets + statistics.socket[.socketBufferFull] == 2000)
    }
}
