import Codecs
import RTP
import Testing
import Timing

@Suite struct H264RoundTripTests {
    typealias Frames = H264Frames

    static func receiver(
        patience: Interval = .zero,
        _ change: (inout H264Depacketizer.Configuration) -> Void = { _ in }
    ) -> TrackReceiver<H264Depacketizer> {
        var configuration = H264Depacketizer.Configuration()
        change(&configuration)
        return TrackReceiver(
            H264Depacketizer(configuration), payloadType: 96, patience: patience)
    }

    @Test(arguments: [0, 1, 32_767, 32_768, 65_530, 65_535] as [UInt16])
    func `what is packed comes out again, across every wrap`(start: UInt16) {
        let frames = Frames.stream(40, seed: UInt64(start))
        let packets = Frames.packets(
            frames, sequenceNumber: start, timestamp: 0xFFFF_FFFF - 30_000)
        var receiver = Self.receiver()
        let units = receiver.units(of: packets)
        let isSame = units.map(\.bytes) == frames
        #expect(isSame)
        #expect(units.map(\.isKeyframe) == frames.indices.map { $0 % 10 == 0 })
        #expect(zip(units, units.dropFirst()).allSatisfy { $1.timestamp - $0.timestamp == 3_000 })
        #expect(receiver.statistics.lost == 0)
    }

    @Test(arguments: 0..<20)
    func `what is shuffled within the window comes out in order`(seed: Int) {
        let frames = Frames.stream(30, seed: UInt64(seed))
        var packets = Frames.packets(frames, sequenceNumber: 65_500)
        var generator = SeededGenerator(seed: UInt64(seed))
        // The first packet stands: what comes before the first cannot be known.
        for index in 1..<packets.count {
            packets.swapAt(
                index, min(packets.count - 1, index + .random(in: 0...20, using: &generator)))
        }
        var receiver = Self.receiver(patience: .milliseconds(200))
        let isSame = receiver.units(of: packets).map(\.bytes) == frames
        #expect(isSame)
        #expect(receiver.statistics.lost == 0)
        #expect(receiver.nextDeadline == nil)
    }

    @Test(arguments: 0..<60)
    func `whatever is lost, shuffled and doubled, never does half a frame come out`(seed: Int) {
        let frames = Frames.stream(60, seed: UInt64(seed))
        var generator = SeededGenerator(seed: UInt64(seed) + 1_000)
        var packets = Frames.packets(
            frames, sequenceNumber: UInt16(truncatingIfNeeded: seed * 1_103))
        let whole = packets.count
        packets.removeAll { _ in Double.random(in: 0..<1, using: &generator) < 0.03 }
        let lost = whole - packets.count
        for _ in 0..<10 {
            packets.append(packets[Int.random(in: packets.indices, using: &generator)])
        }
        for index in packets.indices {
            packets.swapAt(
                index, min(packets.count - 1, index + .random(in: 0...4, using: &generator)))
        }
        var receiver = Self.receiver(patience: .milliseconds(30)) {
            $0.startsAtKeyframe = false
            $0.parameterSets = Frames.sets  // a lost aggregate of sets is made good
        }
        var units = receiver.units(of: packets)
        receiver.advance(to: Instant(nanoseconds: 0) + .seconds(60))
        receiver.finish()
        while let unit = receiver.next() { units.append(unit) }
        for unit in units {
            #expect(frames.indices.contains(Int(unit.timestamp / 3_000)))
            let isWhole = unit.bytes == frames[Int(unit.timestamp / 3_000)]
            #expect(isWhole)
        }
        #expect(zip(units, units.dropFirst()).allSatisfy { $0.timestamp < $1.timestamp })
        #expect(receiver.statistics.lost <= lost + receiver.statistics.old)
        #expect(frames.count - units.count <= 2 * receiver.statistics.lost + 1)
    }

    @Test func `each packet lost alone costs the frames it touches and no other`() {
        let frames = Frames.stream(12, seed: 5)
        let packets = Frames.packets(frames)
        for index in packets.indices.dropFirst().dropLast() {
            var receiver = Self.receiver {
                $0.startsAtKeyframe = false
                $0.parameterSets = Frames.sets
            }
            var cut = packets
            cut.remove(at: index)
            let units = receiver.units(of: cut)
            let areWhole = units.allSatisfy { frames[Int($0.timestamp / 3_000)] == $0.bytes }
            #expect(areWhole)
            #expect(units.count >= frames.count - 2)
            #expect(receiver.statistics.lost == 1)
        }
    }

    @Test func `each packet cut at any octet is refused or yields nothing false`() {
        let packets = Frames.packets([Frames.joined([Frames.slice(0x65, byteCount: 1_800)])])
        for packet in packets {
            for count in 0..<packet.count {
                var receiver = Self.receiver { $0.startsAtKeyframe = false }
                _ = receiver.units(of: [Array(packet[..<count])])
            }
        }
    }

    @Test func `memory given back is used again`() throws {
        let frames = Frames.stream(20, seed: 9)
        var receiver = Self.receiver()
        var places: Set<UInt> = []
        for packet in Frames.packets(frames) {
            receiver.receive(packet.span.bytes, at: Instant(nanoseconds: 0))
            while let unit = receiver.next() {
                places.insert(unit.bytes.withUnsafeBytes { UInt(bitPattern: $0.baseAddress) })
                receiver.depacketizer.recycle(unit)
            }
        }
        #expect(places.count < 8)
    }
}
