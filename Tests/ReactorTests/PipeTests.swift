import Synchronization
import Testing
import Timing
import Wire

@testable import Reactor

/// Sends what it is given to the loop it is told, and tells its owner of what comes.
struct Postbox: Engine, ~Copyable {
    private var waiting: [(loop: Int, bytes: [UInt8])] = []
    private var events: [[UInt8]] = []
    private(set) var refusals = 0
    var nextDeadline: Instant? { nil }

    mutating func post(_ bytes: [UInt8], to loop: Int) { waiting.append((loop, bytes)) }

    mutating func receive(_ bytes: RawSpan, from source: Endpoint, at now: Instant) {}
    mutating func advance(to now: Instant) {}
    mutating func nextTransmit(into arena: inout SendArena) -> Transmit? { nil }
    mutating func nextEvent() -> [UInt8]? { events.isEmpty ? nil : events.removeFirst() }

    mutating func receiveFrame(_ bytes: RawSpan, from loop: Int, at now: Instant) {
        events.append([UInt8(loop)] + bytes.withUnsafeBytes { Array($0) })
    }

    func hasFrames(for loop: Int) -> Bool { waiting.contains { $0.loop == loop } }

    mutating func nextFrame(to loop: Int, into slot: UnsafeMutableRawBufferPointer) -> Int? {
        guard let index = waiting.firstIndex(where: { $0.loop == loop }) else { return nil }
        let bytes = waiting.remove(at: index).bytes
        slot.copyBytes(from: bytes)
        return bytes.count
    }

    mutating func refuseFrames(to loop: Int) {
        refusals += 1
        waiting.removeAll { $0.loop == loop }
    }
}

@Suite(.timeLimit(.minutes(1))) struct PipeTests {
    @Test func `a ring's two counts share no pair of cache lines, and none with another's`() {
        // Wherever it lies, 120 octets before and behind are its own.
        #expect(MemoryLayout<LoneCount>.size >= 31 * MemoryLayout<Int>.size)
    }

    @Test func `a ring gives frames back whole and in order, over many rounds`() {
        let ring = PipeRing(capacity: 1 << 14)
        var (writer, reader) = (PipeWriter(ring), PipeReader(ring))
        var (written, seen) = (0, 0)
        for round in 0..<2000 {
            for _ in 0..<(round % 9) {
                guard let slot = writer.reserve() else { break }
                let length = written * 37 % 1500
                for index in 0..<length { slot[index] = UInt8(truncatingIfNeeded: written) }
                writer.commit(length)
                written += 1
            }
            _ = writer.tell()
            reader.drain { frame in
                #expect(frame.byteCount == seen * 37 % 1500)
                let octet = UInt8(truncatingIfNeeded: seen)
                frame.withUnsafeBytes { bytes in #expect(bytes.allSatisfy { $0 == octet }) }
                seen += 1
            }
        }
        #expect(seen == written && written > 6000)
    }

    @Test func `a full ring refuses, and takes again what was read`() {
        let ring = PipeRing(capacity: 1 << 14)
        var (writer, reader) = (PipeWriter(ring), PipeReader(ring))
        var count = 0
        while writer.reserve() != nil, count < 1000 {
            writer.commit(1000)
            count += 1
        }
        #expect((12...16).contains(count))
        var seen = 0
        reader.drain { _ in seen += 1 }
        #expect(seen == 0, "nothing was told of yet")
        #expect(writer.tell() && !writer.tell())
        reader.drain { _ in seen += 1 }
        #expect(seen == count && writer.reserve() != nil)
    }

    @Test func `one thread writes, another reads, and nothing is lost or torn`() async throws {
        let ring = PipeRing(capacity: 1 << 15)
        let total = 50_000
        let (sums, continuation) = AsyncStream.makeStream(of: Int.self)
        try startThread(name: "writer") {
            var writer = PipeWriter(ring)
            var next = 0
            while next < total {
                guard let slot = writer.reserve() else { continue }
                let length = 8 + next % 900
                slot.storeBytes(of: next, as: Int.self)
                writer.commit(length)
                next += 1
                if next % 7 == 0 || next == total { _ = writer.tell() }
            }
        }
        try startThread(name: "reader") {
            var reader = PipeReader(ring)
            var (count, whole) = (0, 0)
            while count < total {
                reader.drain { frame in
                    let number = frame.unsafeLoadUnaligned(as: Int.self)
                    whole += number == count && frame.byteCount == 8 + count % 900 ? 1 : 0
                    count += 1
                }
            }
            continuation.yield(whole)
        }
        for await sum in sums {
            #expect(sum == total)
            break
        }
    }

    @Test func `loops wake one another, each to each`() async throws {
        let pipes = try LoopPipes(loopCount: 3)
        let (frames, continuation) = AsyncStream.makeStream(of: [UInt8].self)
        var loops: [LoopHandle<Postbox>] = []
        for index in 0..<3 {
            var configuration = LoopConfiguration(listen: loopback)
            configuration.pipes = pipes[index]
            loops.append(
                try startLoop(
                    name: "post \(index)", configuration: configuration,
                    makeEngine: { Postbox() }, onEvent: { continuation.yield([UInt8(index)] + $0) })
            )
        }
        for (source, target) in [(0, 1), (1, 2), (2, 0), (0, 2)] {
            loops[source].post { box, _ in box.post([7, UInt8(target)], to: target) }
            for await frame in frames {
                #expect(frame == [UInt8(target), UInt8(source), 7, UInt8(target)])
                break
            }
        }
        for loop in loops { await loop.stop() }
    }

    @Test func `a command sees every frame that was told of before it was posted`() async throws {
        let pipes = try LoopPipes(loopCount: 2)
        var loops: [LoopHandle<Postbox>] = []
        let seen = Mutex(0)
        for index in 0..<2 {
            var configuration = LoopConfiguration(listen: loopback)
            configuration.pipes = pipes[index]
            loops.append(
                try startLoop(
                    name: "post \(index)", configuration: configuration,
                    makeEngine: { Postbox() }, onEvent: { _ in seen.withLock { $0 += 1 } }))
        }
        for round in 1...200 {
            try await loops[0].run { box, _ in box.post([1], to: 1) }
            try await loops[0].run { _, _ in }  // the turn that told has ended
            let count = try await loops[1].run { box, _ in
                var count = 0
                while box.nextEvent() != nil { count += 1 }
                return count
            }
            #expect(count + seen.withLock { $0 } >= round)
            seen.withLock { $0 += count }
        }
        for loop in loops { await loop.stop() }
    }
}
