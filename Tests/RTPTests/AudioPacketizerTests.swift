import Codecs
import RTP
import Testing
import Timing
import Wire

@Suite struct AudioPacketizerTests {
    static let formats: [(SampledAudio, Int)] = [
        (SampledAudio(.pcmu), 1), (SampledAudio(.pcma, clockRate: 16_000), 1),
        (SampledAudio(.g722), 1), (SampledAudio(.l16, clockRate: 44_100), 2),
        (SampledAudio(.l16, clockRate: 44_100, channelCount: 2), 4),
    ]

    @Test(arguments: formats)
    func `samples are cut by time and come out as they went in`(format: SampledAudio, tick: Int) {
        #expect(format.byteCountPerTick == tick)
        let samples = (0..<1_000 * tick).map { UInt8(truncatingIfNeeded: $0) }
        var packetizer = AudioPacketizer(payloadType: 96, ssrc: 1, sequenceNumber: 65_534)
        var batch = PacketBatch()
        let isCut = packetizer.packetize(
            samples.span.bytes, as: format, timestamp: 0xFFFF_FF00, ticksPerPacket: 160,
            into: &batch)
        #expect(isCut && batch.count == 7)
        var receiver = TrackReceiver(AudioDepacketizer(format), payloadType: 96)
        let out = receiver.units(of: batch.all)
        #expect(out.flatMap(\.bytes) == samples)
        #expect(zip(out, out.dropFirst()).allSatisfy { $1.timestamp - $0.timestamp == 160 })
    }

    @Test func `what ends inside a sample is neither sent nor handed out`() {
        let format = SampledAudio(.l16, clockRate: 44_100, channelCount: 2)
        var packetizer = AudioPacketizer(payloadType: 96, ssrc: 1, sequenceNumber: 0)
        var batch = PacketBatch()
        let odd: [UInt8] = [1, 2, 3]
        let isCut = packetizer.packetize(
            odd.span.bytes, as: format, timestamp: 0, ticksPerPacket: 10, into: &batch)
        #expect(!isCut && batch.count == 0)
        var receiver = TrackReceiver(AudioDepacketizer(format), payloadType: 96)
        let out = receiver.units(of: [
            packet(odd, number: 1), packet([1, 2, 3, 4], number: 2, timestamp: 1),
        ])
        #expect(out.map(\.bytes) == [[1, 2, 3, 4]])
        #expect(out.map(\.followsLoss) == [true])
        #expect(receiver.depacketizer.statistics[.malformed] == 1)
    }

    /// RFC 3551 §6, table 4.
    @Test func `static payload types and names mean what RFC 3551 says`() {
        #expect(SampledAudio(staticPayloadType: 0) == SampledAudio(.pcmu))
        #expect(SampledAudio(staticPayloadType: 8) == SampledAudio(.pcma))
        #expect(SampledAudio(staticPayloadType: 9) == SampledAudio(.g722))
        #expect(
            SampledAudio(staticPayloadType: 10)
                == SampledAudio(.l16, clockRate: 44_100, channelCount: 2))
        #expect(SampledAudio(staticPayloadType: 11) == SampledAudio(.l16, clockRate: 44_100))
        #expect(SampledAudio(staticPayloadType: 3) == nil)
        #expect(SampledAudio(encodingName: "g722", clockRate: 8_000)?.samplesPerTick == 2)
        #expect(SampledAudio(encodingName: "GSM", clockRate: 8_000) == nil)
    }

    static let frames: [[UInt8]] = [1, 40, 254, 255, 256, 510, 1_199, 5_000].map { count in
        (0..<count).map { UInt8(truncatingIfNeeded: $0 * 7) }
    }

    @Test(arguments: [20, 100, 1_200])
    func `AAC frames come out of mpeg4-generic as they went in`(limit: Int) throws {
        var packetizer = AACPacketizer(
            payloadType: 96, ssrc: 1, sequenceNumber: 65_533, payloadByteCountLimit: limit)
        var batch = PacketBatch()
        for (index, frame) in Self.frames.enumerated() {
            packetizer.packetize(
                frame.span.bytes, timestamp: UInt32(index) * 1_024, into: &batch)
        }
        #expect(batch.payloads.allSatisfy { $0.count <= limit })
        var receiver = try AudioPayloadTests.receiver()
        let out = receiver.units(of: batch.all)
        #expect(out.map(\.bytes) == Self.frames)
        #expect(out.map(\.timestamp) == Self.frames.indices.map { Int64($0) * 1_024 })
    }

    @Test func `several AAC frames share a packet where they fit`() throws {
        var packetizer = AACPacketizer(payloadType: 96, ssrc: 1, sequenceNumber: 0)
        var batch = PacketBatch()
        let frames: [[UInt8]] = [[1, 2], [3], [4, 5, 6]]
        let joined = frames.flatMap { $0 }
        let fits = packetizer.packetize(
            joined.span.bytes, lengths: [2, 1, 3], timestamp: 0, into: &batch)
        let doesNot = packetizer.packetize(
            joined.span.bytes, lengths: [2, 1], timestamp: 0, into: &batch)
        #expect(fits && !doesNot)
        var receiver = try AudioPayloadTests.receiver()
        let out = receiver.units(of: batch.all)
        #expect(out.map(\.bytes) == frames)
        #expect(out.map(\.timestamp) == [0, 1_024, 2_048])
    }

    @Test(arguments: [3, 100, 1_200])
    func `AAC frames come out of LATM as they went in`(limit: Int) throws {
        var packetizer = LATMPacketizer(
            payloadType: 96, ssrc: 1, sequenceNumber: 0, payloadByteCountLimit: limit)
        var batch = PacketBatch()
        for (index, frame) in Self.frames.enumerated() {
            packetizer.packetize(
                frame.span.bytes, timestamp: UInt32(index) * 1_024, into: &batch)
        }
        #expect(batch.payloads.allSatisfy { $0.count <= limit })
        var receiver = try LATMTests.receiver()
        #expect(receiver.units(of: batch.all).map(\.bytes) == Self.frames)
    }
}

@Suite struct DescribedLATMTests {
    /// Bits, one behind the other, filled up to the octet.
    struct Bits {
        var octets: [UInt8] = []
        var count = 0

        mutating func append(_ value: Int, _ width: Int) {
            for shift in stride(from: width - 1, through: 0, by: -1) {
                if count % 8 == 0 { octets.append(0) }
                octets[count / 8] |= UInt8(value >> shift & 1) << UInt8(7 - count % 8)
                count += 1
            }
        }
    }

    /// An `AudioMuxElement(1)`, with the description of AAC-LC, 24 kHz, stereo, or without.
    static func element(_ frames: [[UInt8]], described: Bool, frameCount: Int = 1) -> [UInt8] {
        var bits = Bits()
        bits.append(described ? 0 : 1, 1)
        if described {
            bits.append(0b01, 2)  // version 0, same framing
            bits.append(frameCount - 1, 6)
            bits.append(0, 7)  // one program, one layer
            bits.append(0x1310, 16)
            bits.append(0, 3)
            bits.append(0xFF, 8)
            bits.append(0, 2)  // no other data, no checksum
        }
        for frame in frames {
            for _ in 0..<frame.count / 255 { bits.append(255, 8) }
            bits.append(frame.count % 255, 8)
            for octet in frame { bits.append(Int(octet), 8) }
        }
        return bits.octets
    }

    static func receiver() -> TrackReceiver<LATMDepacketizer> {
        TrackReceiver(LATMDepacketizer(describedInBandAt: 24_000), payloadType: 96)
    }

    @Test func `frames come with the description that stands before them, and the ones after`() {
        let frames: [[UInt8]] = [[1, 2, 3], [UInt8](repeating: 0xA5, count: 600), [9]]
        let packets = frames.enumerated().map { index, frame in
            packet(
                Self.element([frame], described: index == 1), number: UInt16(index),
                timestamp: UInt32(index) * 1_024, marker: true)
        }
        var receiver = Self.receiver()
        let out = receiver.units(of: packets)
        #expect(out.map(\.bytes) == Array(frames[1...]))
        #expect(out.map(\.followsLoss) == [true, false])
        #expect(receiver.depacketizer.parameters?.configuration.bytes == [0x13, 0x10])
        #expect(receiver.depacketizer.statistics[.awaitingKeyframe] == 1)
    }

    @Test func `several frames in an element are a frame's time apart`() {
        let element = Self.element([[7], [8, 9]], described: true, frameCount: 2)
        var receiver = Self.receiver()
        let out = receiver.units(of: [packet(element, number: 1, timestamp: 5, marker: true)])
        #expect(out.map(\.bytes) == [[7], [8, 9]])
        #expect(out.map(\.timestamp) == [5, 1_029])
    }

    @Test func `an element cut at any octet is counted, and nothing of it comes out`() {
        let whole = Self.element(
            [[UInt8](repeating: 3, count: 40)], described: true)
        for count in 1..<whole.count {
            var receiver = Self.receiver()
            let cut = packet(Array(whole[..<count]), number: 1, marker: true)
            #expect(receiver.units(of: [cut]).isEmpty)
        }
    }
}
