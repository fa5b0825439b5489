import Codecs
import RTP
import Testing
import Timing

/// What every format of sound keeps, each from every start.
@Suite struct AudioRoundTripTests {
    enum Format: CaseIterable {
        case opus, redundantOpus, aac, latm, pcmu, g722, l16

        /// Ticks from one frame to the next.
        var step: UInt32 {
            switch self {
            case .opus, .redundantOpus: 960
            case .aac, .latm: 1_024
            case .pcmu, .g722, .l16: 160
            }
        }

        /// Frames of any size, or of the one size that samples have.
        func frames(_ count: Int, seed: UInt64) -> [[UInt8]] {
            var generator = SeededGenerator(seed: seed)
            let limits: ClosedRange<Int> =
                switch self {
                case .opus, .redundantOpus: 1...400
                case .aac, .latm: 1...2_600  // in up to three packets
                case .pcmu, .g722: 160...160
                case .l16: 320...320
                }
            return (0..<count).map { _ in
                let size = Int.random(in: limits, using: &generator)
                return (0..<size).map { _ in UInt8.random(in: 0...0xEF, using: &generator) }
            }
        }

        func packets(_ frames: [[UInt8]], number: UInt16, time: UInt32) -> [[UInt8]] {
            var batch = PacketBatch()
            var (audio, red, aac, latm) = (
                AudioPacketizer(payloadType: 96, ssrc: 7, sequenceNumber: number),
                RedundantAudioPacketizer(
                    redundancyPayloadType: 63, payloadType: 96, ssrc: 7, sequenceNumber: number),
                AACPacketizer(payloadType: 96, ssrc: 7, sequenceNumber: number),
                LATMPacketizer(payloadType: 96, ssrc: 7, sequenceNumber: number)
            )
            for (index, frame) in frames.enumerated() {
                let bytes = frame.span.bytes
                let own = time &+ UInt32(index) * step
                switch self {
                case .opus, .pcmu, .g722, .l16:
                    audio.packetize(bytes, timestamp: own, into: &batch)
                case .redundantOpus: red.packetize(bytes, timestamp: own, into: &batch)
                case .aac: aac.packetize(bytes, timestamp: own, into: &batch)
                case .latm: latm.packetize(bytes, timestamp: own, into: &batch)
                }
            }
            return batch.all
        }

        func receive(_ packets: [[UInt8]]) throws -> [AudioFrame] {
            switch self {
            case .opus: return Self.run(AudioDepacketizer(), packets)
            case .redundantOpus: return Self.run(AudioDepacketizer(), packets)
            case .pcmu: return Self.run(AudioDepacketizer(SampledAudio(.pcmu)), packets)
            case .g722: return Self.run(AudioDepacketizer(SampledAudio(.g722)), packets)
            case .l16: return Self.run(AudioDepacketizer(SampledAudio(.l16)), packets)
            case .aac, .latm:
                let configuration = try #require(
                    AudioSpecificConfig(sampleRate: 48_000, channelCount: 2))
                guard self == .latm else {
                    let parameters = MPEG4GenericParameters(configuration: configuration)
                    return Self.run(AACDepacketizer(parameters, clockRate: 48_000), packets)
                }
                let parameters = LATMParameters(configuration: configuration)
                return Self.run(LATMDepacketizer(parameters, clockRate: 48_000), packets)
            }
        }

        private static func run<Audio: Depacketizer>(
            _ depacketizer: Audio, _ packets: [[UInt8]]
        ) -> [Audio.Unit] where Audio.Unit == AudioFrame {
            var receiver = TrackReceiver(
                depacketizer, payloadType: 96, redundancyPayloadType: 63)
            return receiver.units(of: packets)
        }
    }

    @Test(arguments: Format.allCases, [0, 1, 127, 32_767, 32_768, 65_530, 65_535] as [UInt16])
    func `what is packed comes out again, across every wrap`(format: Format, start: UInt16) throws {
        let frames = format.frames(40, seed: UInt64(start))
        let packets = format.packets(frames, number: start, time: 0xFFFF_FFFF - 10 * format.step)
        let out = try format.receive(packets)
        let isSame = out.map(\.bytes) == frames
        #expect(isSame)
        let steps = zip(out.dropFirst(), out).map { $0.timestamp - $1.timestamp }
        #expect(steps.allSatisfy { $0 == Int64(format.step) })
        #expect(out.allSatisfy { !$0.followsLoss })
    }

    @Test(arguments: Format.allCases)
    func `each packet lost alone costs its own frame, and the next says so`(format: Format) throws {
        let frames = format.frames(12, seed: 3)
        let packets = format.packets(frames, number: 65_533, time: 0xFFFF_F000)
        for index in packets.indices.dropFirst().dropLast() {
            var cut = packets
            cut.remove(at: index)
            let out = try format.receive(cut)
            let areWhole = out.allSatisfy { frames.contains($0.bytes) }
            #expect(areWhole)
            if format == .redundantOpus {  // the packet behind it repeats the frame
                #expect(out.count == frames.count)
            } else {
                #expect(out.count == frames.count - 1)
                let isSaid = out.last?.bytes == frames.last
                #expect(out.count(where: \.followsLoss) == (isSaid ? 1 : 0))
            }
        }
    }

    @Test(arguments: Format.allCases)
    func `each packet cut at any octet yields no further frame, and no trap`(format: Format) throws
    {
        let frames = format.frames(3, seed: 11)
        let packets = format.packets(frames, number: 0, time: 0)
        for (index, packet) in packets.enumerated() {
            for count in 0..<packet.count where count < 40 || count % 97 == 0 {
                var cut = packets
                cut[index] = Array(packet[..<count])
                let out = try format.receive(cut)
                #expect(out.count <= frames.count + 1)
            }
        }
    }
}
