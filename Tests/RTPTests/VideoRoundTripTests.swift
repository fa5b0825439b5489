import Codecs
import RTP
import Testing
import Timing

/// What every format of video keeps, each from every start and under every loss.
@Suite struct VideoRoundTripTests {
    @Test(
        arguments: VideoFormat.allCases, [0, 1, 127, 32_767, 32_768, 65_530, 65_535] as [UInt16])
    func `what is packed comes out again, across every wrap`(format: VideoFormat, start: UInt16) {
        let frames = format.frames(40, seed: UInt64(start))
        let packets = format.packets(
            frames, sequenceNumber: start, timestamp: 0xFFFF_FFFF - 30_000)
        let outcome = format.receive(packets)
        let isSame = outcome.units.map(\.bytes) == frames
        #expect(isSame)
        #expect(outcome.units.map(\.isKeyframe) == frames.indices.map { $0 % 10 == 0 })
        let steps = zip(outcome.units, outcome.units.dropFirst()).map {
            $1.timestamp - $0.timestamp
        }
        #expect(steps.allSatisfy { $0 == 3_000 })
        #expect(outcome.units.allSatisfy { !$0.followsLoss })
        #expect(outcome.track.lost == 0)
        #expect(BrokenUnit.allCases.allSatisfy { outcome.statistics[$0] == 0 })
    }

    @Test(arguments: [VideoFormat.h265, .vp8, .vp9, .av1], [40, 100, 1_200])
    func `no payload is longer than the limit`(format: VideoFormat, limit: Int) {
        let packets = format.packets(format.frames(20, seed: 3), limit: limit)
        #expect(!packets.isEmpty)
        #expect(packets.allSatisfy { $0.count <= limit + RTPHeader.byteCount })
    }

    /// So that they leave as one segmented send.
    @Test(arguments: [40, 100, 1_200])
    func `a frame's packets are of one length, the last no longer`(limit: Int) {
        let frames = VideoFormat.vp8.frames(20, seed: 3)
        for frame in frames {
            let sizes = VideoFormat.vp8.packets([frame], limit: limit).map(\.count)
            #expect(Set(sizes.dropLast()).count <= 1)
            #expect(sizes[sizes.count - 1] <= sizes[0])
        }
    }

    @Test(arguments: VideoFormat.allCases, 0..<8)
    func `what is shuffled within the window comes out in order`(format: VideoFormat, seed: Int) {
        let frames = format.frames(30, seed: UInt64(seed))
        var packets = format.packets(frames, sequenceNumber: 65_500)
        var generator = SeededGenerator(seed: UInt64(seed))
        for index in 1..<packets.count {
            packets.swapAt(
                index, min(packets.count - 1, index + .random(in: 0...20, using: &generator)))
        }
        let outcome = format.receive(packets, patience: .milliseconds(200))
        let isSame = outcome.units.map(\.bytes) == frames
        #expect(isSame)
        #expect(outcome.track.lost == 0)
    }

    @Test(arguments: VideoFormat.allCases, 0..<20)
    func `whatever is lost, shuffled and doubled, never does half a frame come out`(
        format: VideoFormat, seed: Int
    ) {
        let frames = format.frames(60, seed: UInt64(seed))
        var generator = SeededGenerator(seed: UInt64(seed) + 1_000)
        var packets = format.packets(
            frames, sequenceNumber: UInt16(truncatingIfNeeded: seed * 1_103))
        let first = packets.removeFirst()  // what comes before the first cannot be known
        packets.removeAll { _ in Double.random(in: 0..<1, using: &generator) < 0.03 }
        for _ in 0..<10 {
            packets.append(packets[Int.random(in: packets.indices, using: &generator)])
        }
        for index in packets.indices {
            packets.swapAt(
                index, min(packets.count - 1, index + .random(in: 0...4, using: &generator)))
        }
        let outcome = format.receive(
            [first] + packets, patience: .milliseconds(30), startsAtKeyframe: false)
        for unit in outcome.units {
            #expect(frames.indices.contains(Int(unit.timestamp / 3_000)))
            let isWhole = unit.bytes == frames[Int(unit.timestamp / 3_000)]
            #expect(isWhole)
        }
        let pairs = zip(outcome.units, outcome.units.dropFirst())
        #expect(pairs.allSatisfy { $0.timestamp < $1.timestamp })
        #expect(frames.count - outcome.units.count <= 2 * outcome.track.lost + 1)
    }

    @Test(arguments: VideoFormat.allCases)
    func `each packet lost alone costs the frames it touches, and what comes next says so`(
        format: VideoFormat
    ) {
        let frames = format.frames(12, seed: 5)
        let packets = format.packets(frames)
        for index in packets.indices.dropFirst().dropLast() {
            var cut = packets
            cut.remove(at: index)
            let outcome = format.receive(cut, startsAtKeyframe: false)
            let areWhole = outcome.units.allSatisfy {
                frames[Int($0.timestamp / 3_000)] == $0.bytes
            }
            #expect(areWhole)
            // Parameter sets in a packet of their own are made good.
            #expect(outcome.units.count >= frames.count - 2)
            #expect(outcome.track.lost == 1)
            let after = zip(outcome.units, outcome.units.dropFirst()).first {
                $1.timestamp - $0.timestamp > 3_000
            }
            if let after { #expect(after.1.followsLoss || after.1.isKeyframe) }
        }
    }

    @Test(arguments: VideoFormat.allCases)
    func `each packet cut at any octet yields nothing false`(format: VideoFormat) {
        let frames = format.frames(3, seed: 11)
        let packets = format.packets(frames)
        for (index, packet) in packets.enumerated().prefix(6) {
            for count in 0..<packet.count where count < 40 || count % 97 == 0 {
                var cut = packets
                cut[index] = Array(packet[..<count])
                let outcome = format.receive(cut, startsAtKeyframe: false)
                #expect(outcome.units.count <= frames.count)
            }
        }
    }

    @Test(arguments: VideoFormat.allCases)
    func `a stream met in its middle begins with the next key frame`(format: VideoFormat) {
        let frames = format.frames(30, seed: 7)
        let packets = format.packets(frames)
        let firstOfSecond =
            packets.firstIndex { packet in
                (try? RTPLayout(parsing: packet.span.bytes).header.timestamp) == 3_000
            } ?? 0
        let outcome = format.receive(Array(packets[firstOfSecond...]))
        #expect(outcome.units.first?.timestamp == 30_000)
        #expect(outcome.units.count == 20)
        #expect(outcome.statistics[.awaitingKeyframe] + outcome.statistics[.lost] == 9)
        #expect(outcome.statistics.keyframes == 2)
    }

    @Test(arguments: VideoFormat.allCases)
    func `a missing marker is made good by the next timestamp`(format: VideoFormat) {
        let frames = format.frames(8, seed: 13)
        let packets = format.packets(frames).map { packet in
            var packet = packet
            packet[1] &= 0x7F
            return packet
        }
        let outcome = format.receive(packets)
        let isSame = outcome.units.prefix(7).map(\.bytes) == frames.dropLast()
        #expect(isSame)
    }
}
