import RTP
import Testing
import Timing

@Suite struct RedundantAudioTests {
    static let red: UInt8 = 63
    static let opus: UInt8 = 111

    /// Frames of 20 ms at 48 kHz, one packet each, each packet with the frames before it.
    static func packets(
        _ count: Int, generations: Int, start: UInt16 = 65_530, timestamp: UInt32 = 0xFFFF_F000
    ) -> (frames: [[UInt8]], packets: [[UInt8]]) {
        var packetizer = RedundantAudioPacketizer(
            redundancyPayloadType: red, payloadType: opus, ssrc: 7, sequenceNumber: start,
            generations: generations)
        var batch = PacketBatch()
        let frames = (0..<count).map { [UInt8](repeating: UInt8($0), count: 1 + $0 * 7 % 90) }
        for (index, frame) in frames.enumerated() {
            packetizer.packetize(
                frame.span.bytes, timestamp: timestamp &+ UInt32(index) * 960, into: &batch)
        }
        return (frames, batch.all)
    }

    static func receiver(patience: Interval = .zero) -> TrackReceiver<AudioDepacketizer> {
        TrackReceiver(
            AudioDepacketizer(), payloadType: opus, patience: patience,
            redundancyPayloadType: red)
    }

    @Test func `headers lie as RFC 2198 draws them`() {
        let (frames, packets) = Self.packets(3, generations: 2)
        let ages: [UInt8] = [0x80 | 111, 0x1E, 0x00, 1, 0x80 | 111, 0x0F, 0x00, 8, 111]
        #expect(Array(packets[2][12...]) == ages + frames[0] + frames[1] + frames[2])
    }

    @Test(arguments: [1, 2, 3], [0, 1, 2, 3, 4])
    func `as many frames in a row as packets repeat are made good`(generations: Int, gap: Int) {
        let (frames, packets) = Self.packets(12, generations: generations)
        var cut = packets
        cut.removeSubrange(5..<5 + gap)
        var receiver = Self.receiver()
        let out = receiver.units(of: cut)
        let missing = max(0, gap - generations)
        let isSame = out.map(\.bytes) == Array(frames[..<5] + frames[(5 + missing)...])
        #expect(isSame)
        #expect(zip(out, out.dropFirst()).allSatisfy { $1.timestamp - $0.timestamp >= 960 })
        #expect(out.filter(\.followsLoss).count == (missing > 0 ? 1 : 0))
        #expect(receiver.statistics.lost == gap)
        #expect(receiver.statistics.recovered == gap - missing)
    }

    @Test func `nothing comes twice where nothing is lost, plain packets between or not`() {
        let (frames, packets) = Self.packets(10, generations: 2)
        var mixed = packets
        mixed[4] = packet(
            frames[4], number: 65_534, timestamp: 0xFFFF_F000 &+ 4 * 960,
            payloadType: Self.opus)
        for list in [packets, mixed] {
            var receiver = Self.receiver()
            let out = receiver.units(of: list)
            #expect(out.map(\.bytes) == frames)
            #expect(receiver.statistics.recovered == 0)
        }
    }

    @Test func `a late packet is waited for before its repetition is used`() {
        let (frames, packets) = Self.packets(6, generations: 1)
        var receiver = Self.receiver(patience: .milliseconds(40))
        var late = packets
        late.swapAt(2, 3)
        #expect(receiver.units(of: late).map(\.bytes) == frames)
        #expect(receiver.statistics.recovered == 0)
    }

    @Test func `a payload cut at any octet is counted or plays what it holds`() {
        let (frames, packets) = Self.packets(4, generations: 2)
        for count in 12..<packets[3].count {
            var receiver = Self.receiver()
            let out = receiver.units(of: [packets[0], Array(packets[3][..<count])])
            #expect(out.first?.bytes == frames[0])
            #expect(out.count + receiver.statistics.malformed <= 4)
        }
    }

    @Test func `a block of another format is left alone, a foreign packet counted`() {
        var receiver = Self.receiver()
        let first = packet([1], number: 1, timestamp: 0, payloadType: Self.opus)
        // A lost packet whose repetition is of payload type 0; then one that is foreign throughout.
        let mixed = packet(
            [0x80, 0x0F, 0x00, 1, 111, 9, 5], number: 3, timestamp: 1_920, payloadType: Self.red)
        let foreign = packet([0, 5], number: 4, timestamp: 2_880, payloadType: Self.red)
        let out = receiver.units(of: [first, mixed, foreign])
        #expect(out.map(\.bytes) == [[1], [5]])
        #expect(receiver.statistics.recovered == 0)
        #expect(receiver.statistics.malformed == 1)
    }

    @Test func `what does not fit the fields is not repeated`() {
        var packetizer = RedundantAudioPacketizer(
            redundancyPayloadType: Self.red, payloadType: Self.opus, ssrc: 1, sequenceNumber: 0,
            generations: 3, payloadByteCountLimit: 1_200)
        var batch = PacketBatch()
        let large = [UInt8](repeating: 1, count: 1_024)
        packetizer.packetize(large.span.bytes, timestamp: 0, into: &batch)
        packetizer.packetize(([2] as [UInt8]).span.bytes, timestamp: 960, into: &batch)
        packetizer.packetize(([3] as [UInt8]).span.bytes, timestamp: 20_000, into: &batch)
        packetizer.packetize(
            [UInt8](repeating: 4, count: 1_196).span.bytes, timestamp: 20_960, into: &batch)
        #expect(batch.payloads[1] == [111, 2])  // a thousand octets and more
        #expect(batch.payloads[2] == [111, 3])  // too long ago
        #expect(batch.payloads[3].count == 1_197)  // no room
    }
}
