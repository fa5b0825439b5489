import RTP
import Testing
import Timing

@Suite struct JitterBufferTests {
    struct Line: Equatable {
        var number: UInt16
        var lost: Int
    }

    /// Feeds `numbers` at the given milliseconds and lists what comes out.
    static func run(
        _ numbers: [(UInt16, Int64)], patience: Int64, limit: Int = 512, until: Int64 = 0
    ) -> [Line] {
        var buffer = JitterBuffer(patience: .milliseconds(patience), packetLimit: limit)
        var lines: [Line] = []
        for (number, time) in numbers {
            let bytes = packet([1], number: number)
            let now = Instant(nanoseconds: 0) + .milliseconds(time)
            guard let layout = try? RTPLayout(parsing: bytes.span.bytes) else { continue }
            if case .inOrder(let lost) = buffer.receive(bytes.span.bytes, layout, at: now) {
                lines.append(Line(number: number, lost: lost))
            }
            drain(&buffer, at: now, into: &lines)
        }
        let end = Instant(nanoseconds: 0) + .milliseconds(until)
        drain(&buffer, at: end, into: &lines)
        if let deadline = buffer.nextDeadline { #expect(deadline > end || until == 0) }
        return lines
    }

    static func drain(_ buffer: inout JitterBuffer, at now: Instant, into lines: inout [Line]) {
        while let held = buffer.next(at: now) {
            lines.append(Line(number: held.layout.header.sequenceNumber, lost: held.lost))
            #expect(held.bytes.count == 13)
            buffer.recycle(held)
        }
    }

    static func numbers(_ lines: [Line]) -> [UInt16] { lines.map(\.number) }

    @Test(arguments: [0, 1, 127, 32_766, 65_534] as [UInt16])
    func `order is restored from every start`(start: UInt16) {
        let lines = Self.run(
            [0, 2, 1, 4, 5, 3, 6].map { (start &+ $0, 0) }, patience: 100)
        #expect(Self.numbers(lines) == (UInt16(0)...6).map { start &+ $0 })
        #expect(lines.allSatisfy { $0.lost == 0 })
    }

    @Test func `without patience a gap is a loss at once and what comes late is old`() {
        let lines = Self.run([(1, 0), (3, 0), (2, 0), (4, 0), (9, 0)], patience: 0)
        #expect(
            lines == [
                .init(number: 1, lost: 0), .init(number: 3, lost: 1),
                .init(number: 4, lost: 0), .init(number: 9, lost: 4),
            ])
    }

    @Test func `a gap is given up when the first packet behind it has waited long enough`() {
        #expect(Self.numbers(Self.run([(1, 0), (3, 10), (4, 30)], patience: 50, until: 59)) == [1])
        #expect(
            Self.run([(1, 0), (3, 10), (4, 30), (6, 40)], patience: 50, until: 60)
                == [
                    .init(number: 1, lost: 0), .init(number: 3, lost: 1),
                    .init(number: 4, lost: 0),
                ])
    }

    @Test func `one packet more than may be held gives the oldest gap up`() {
        let lines = Self.run([(1, 0), (3, 0), (5, 0), (7, 0)], patience: 1_000, limit: 2)
        #expect(lines == [.init(number: 1, lost: 0), .init(number: 3, lost: 1)])
    }

    @Test func `what comes late begins nothing anew, however much may be held`() {
        let ahead = (2...2_002).map { (UInt16($0), Int64(0)) }
        let late: [(UInt16, Int64)] = [(1, 1), (900, 1), (901, 1), (2_003, 2)]
        let lines = Self.run([(0, 0)] + ahead + late, patience: 1_000, limit: 2_000)
        #expect(Self.numbers(lines) == [0] + Array(2...2_003))
        #expect(lines.map(\.lost).filter { $0 > 0 } == [1])
    }

    @Test func `a packet that comes twice goes once`() {
        let lines = Self.run([(1, 0), (1, 0), (3, 0), (3, 0), (2, 0), (2, 0)], patience: 100)
        #expect(Self.numbers(lines) == [1, 2, 3])
    }

    @Test func `two in sequence far away are a new beginning, one alone is nothing`() {
        let lines = Self.run(
            [(1, 0), (2, 0), (30_000, 0), (3, 0), (40_000, 0), (40_001, 0), (40_002, 0)],
            patience: 0)
        #expect(Self.numbers(lines) == [1, 2, 3, 40_001, 40_002])
        #expect(lines.map(\.lost) == [0, 0, 0, 1, 0])
    }

    @Test(arguments: UInt64(0)..<20)
    func `nobody waits beyond the patience, nor more than may be held`(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var buffer = JitterBuffer(patience: .milliseconds(40), packetLimit: 24)
        var (now, last, lost, out) = (Instant(nanoseconds: 0), Int64(-1), 0, 0)
        func take(_ number: UInt16, _ missing: Int) {
            let next = last + 1 + Int64(missing)
            #expect(UInt16(truncatingIfNeeded: next) == number)
            (last, lost, out) = (next, lost + missing, out + 1)
        }
        var sent = (0..<3_000).map { UInt16(truncatingIfNeeded: $0) }
        sent.removeAll { $0 > 0 && $0 % 7 == UInt16(seed) % 7 && generator.next() % 3 == 0 }
        for index in sent.indices.dropFirst().dropLast(12) where generator.next() % 4 == 0 {
            sent.swapAt(index, index + Int(generator.next() % 12))
        }
        for number in sent {
            now = now + .milliseconds(Int64(generator.next() % 9))
            let bytes = packet([1], number: number)
            guard let layout = try? RTPLayout(parsing: bytes.span.bytes) else { continue }
            if case .inOrder(let missing) = buffer.receive(bytes.span.bytes, layout, at: now) {
                take(number, missing)
            }
            while let held = buffer.next(at: now) {
                #expect(now - held.arrival <= .milliseconds(40 + 8))
                take(held.layout.header.sequenceNumber, held.lost)
            }
            #expect(buffer.heldCount <= 24)
            if let deadline = buffer.nextDeadline { #expect(deadline > now) }
        }
        while let held = buffer.next(at: now + .seconds(1)) {
            take(held.layout.header.sequenceNumber, held.lost)
        }
        #expect(out + lost == Int(last) + 1 && out > 2_000)
    }
}

@Suite struct TrackReceiverTests {
    @Test func `what is not the track's is counted and dropped`() {
        var receiver = TrackReceiver(H264Depacketizer(), payloadType: 96)
        let foreign = packet([1, 2], number: 1, payloadType: 97)
        #expect(receiver.units(of: [[], [0x80], foreign]).isEmpty)
        #expect(receiver.statistics.malformed == 2)
        #expect(receiver.statistics.otherPayloadType == 1)
        #expect(receiver.statistics.packets == 0)
    }

    @Test func `a new source begins anew, its first unit follows a loss`() {
        var configuration = H264Depacketizer.Configuration()
        configuration.startsAtKeyframe = false
        var receiver = TrackReceiver(H264Depacketizer(configuration), payloadType: 96)
        let slice = H264Frames.slice(0x41, byteCount: 4)
        let units = receiver.units(of: [
            packet(slice, number: 1, timestamp: 10, marker: true),
            packet(slice, number: 900, timestamp: 5, marker: true, ssrc: 8),
            packet(slice, number: 901, timestamp: 6, marker: true, ssrc: 8),
        ])
        #expect(units.map(\.followsLoss) == [false, true, false])
        #expect(units.map(\.timestamp) == [10, 5, 6])
        #expect(receiver.statistics.sourceChanges == 1)
    }

    @Test func `a loss before an empty packet counts for the next that carries something`() {
        var configuration = H264Depacketizer.Configuration()
        configuration.startsAtKeyframe = false
        var receiver = TrackReceiver(H264Depacketizer(configuration), payloadType: 96)
        let slice = H264Frames.slice(0x41, byteCount: 4)
        let units = receiver.units(of: [
            packet(slice, number: 1, timestamp: 1, marker: true),
            packet([], number: 3, timestamp: 1),
            packet(slice, number: 4, timestamp: 2, marker: true),
        ])
        #expect(units.map(\.followsLoss) == [false, true])
        #expect(receiver.statistics.lost == 1)
    }
}
