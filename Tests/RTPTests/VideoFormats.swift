import Codecs
import RTP
import Timing

/// Every payload format of video with frames of its own, for the rules that all of them keep.
enum VideoFormat: CaseIterable {
    case h264, h265, vp8, vp9, av1

    /// `count` frames, a key frame each ten, none of them alike; the same for the same seed.
    func frames(_ count: Int, seed: UInt64) -> [[UInt8]] {
        switch self {
        case .h264: H264Frames.stream(count, seed: seed)
        case .h265: Self.frames(count, seed, H265Frames.frame)
        case .vp8: Self.frames(count, seed, VP8Frames.frame)
        case .vp9: Self.frames(count, seed, VP9Frames.frame)
        case .av1: Self.frames(count, seed, AV1Frames.frame)
        }
    }

    private static func frames(
        _ count: Int, _ seed: UInt64,
        _ frame: (Bool, inout SeededGenerator) -> [UInt8]
    ) -> [[UInt8]] {
        var generator = SeededGenerator(seed: seed)
        return (0..<count).map { frame($0 % 10 == 0, &generator) }
    }

    /// The packets of `frames`, 3 000 ticks apart.
    func packets(
        _ frames: [[UInt8]], sequenceNumber: UInt16 = 0, timestamp: UInt32 = 0, limit: Int = 1_200
    ) -> [[UInt8]] {
        var batch = PacketBatch()
        var times = (0..<frames.count).map { timestamp &+ UInt32($0) * 3_000 }.makeIterator()
        var areCut = true
        switch self {
        case .h264:
            return H264Frames.packets(
                frames, sequenceNumber: sequenceNumber, timestamp: timestamp)
        case .h265:
            var configuration = H265Packetizer.Configuration()
            configuration.payloadByteCountLimit = limit
            var packetizer = H265Packetizer(
                payloadType: 96, ssrc: 7, sequenceNumber: sequenceNumber,
                configuration: configuration)
            for frame in frames {
                areCut =
                    packetizer.packetize(
                        frame.span.bytes, timestamp: times.next() ?? 0, into: &batch) && areCut
            }
        case .vp8:
            var packetizer = VP8Packetizer(
                payloadType: 96, ssrc: 7, sequenceNumber: sequenceNumber, pictureID: 0x7FF0,
                payloadByteCountLimit: limit)
            for frame in frames {
                packetizer.packetize(
                    frame.span.bytes, timestamp: times.next() ?? 0, into: &batch)
            }
        case .vp9:
            var packetizer = VP9Packetizer(
                payloadType: 96, ssrc: 7, sequenceNumber: sequenceNumber, pictureID: 0x7FF0,
                payloadByteCountLimit: limit)
            for frame in frames {
                areCut =
                    packetizer.packetize(
                        frame.span.bytes, timestamp: times.next() ?? 0, into: &batch) && areCut
            }
        case .av1:
            var packetizer = AV1Packetizer(
                payloadType: 96, ssrc: 7, sequenceNumber: sequenceNumber,
                payloadByteCountLimit: limit)
            for frame in frames {
                areCut =
                    packetizer.packetize(
                        frame.span.bytes, timestamp: times.next() ?? 0, into: &batch) && areCut
            }
        }
        return areCut ? batch.all : []
    }

    /// What came out, and what was counted.
    struct Outcome {
        var units: [AccessUnit]
        var statistics: DepacketizerStatistics
        var track: TrackStatistics
    }

    /// Feeds packets one millisecond apart, waits a minute and ends.
    func receive(
        _ packets: [[UInt8]], patience: Interval = .zero, startsAtKeyframe: Bool = true
    ) -> Outcome {
        var policy = FramePolicy()
        policy.startsAtKeyframe = startsAtKeyframe
        switch self {
        case .h264:
            var configuration = H264Depacketizer.Configuration()
            configuration.startsAtKeyframe = startsAtKeyframe
            configuration.parameterSets = H264Frames.sets  // a lost aggregate of sets is made good
            return run(H264Depacketizer(configuration), packets, patience) { $0.statistics }
        case .h265:
            var configuration = H265Depacketizer.Configuration()
            configuration.policy = policy
            configuration.parameterSets = H265Frames.sets
            return run(H265Depacketizer(configuration), packets, patience) { $0.statistics }
        case .vp8: return run(VP8Depacketizer(policy), packets, patience) { $0.statistics }
        case .vp9: return run(VP9Depacketizer(policy), packets, patience) { $0.statistics }
        case .av1: return run(AV1Depacketizer(policy), packets, patience) { $0.statistics }
        }
    }

    private func run<Format: Depacketizer>(
        _ depacketizer: Format, _ packets: [[UInt8]], _ patience: Interval,
        _ statistics: (Format) -> DepacketizerStatistics
    ) -> Outcome where Format.Unit == AccessUnit {
        var receiver = TrackReceiver(depacketizer, payloadType: 96, patience: patience)
        var units = receiver.units(of: packets)
        receiver.advance(to: Instant(nanoseconds: 0) + .seconds(60))
        receiver.finish()
        while let unit = receiver.next() { units.append(unit) }
        return Outcome(
            units: units, statistics: statistics(receiver.depacketizer),
            track: receiver.statistics)
    }
}

/// Octets without start codes inside.
private func noise(_ range: ClosedRange<Int>, _ generator: inout SeededGenerator) -> [UInt8] {
    let fill = UInt8.random(in: 2...255, using: &generator)
    return [UInt8](repeating: fill, count: .random(in: range, using: &generator))
}

enum H265Frames {
    /// What x265 wrote before its first picture.
    static let video: [UInt8] = [
        0x40, 0x01, 0x0C, 0x01, 0xFF, 0xFF, 0x01, 0x60, 0x00, 0x00, 0x03, 0x00, 0x90, 0x00, 0x00,
        0x03, 0x00, 0x00, 0x03, 0x00, 0x3C, 0x92, 0x80, 0x90,
    ]
    static let sequence: [UInt8] = [
        0x42, 0x01, 0x01, 0x01, 0x60, 0x00, 0x00, 0x03, 0x00, 0x90, 0x00, 0x00, 0x03, 0x00, 0x00,
        0x03, 0x00, 0x3C, 0xA0, 0x0A, 0x08, 0x0F, 0x16, 0x59, 0x2A, 0x49, 0x32, 0xBC, 0x05, 0xA0,
        0x20, 0x00, 0x00, 0x03, 0x00, 0x20, 0x00, 0x00, 0x03, 0x01, 0xE1,
    ]
    static let picture: [UInt8] = [0x44, 0x01, 0xC1, 0x72, 0xB4, 0x62, 0x40]
    static let delimiter: [UInt8] = [0x46, 0x01, 0x50]

    static var sets: H265ParameterSets {
        var sets = H265ParameterSets()
        for set in [video, sequence, picture] { sets.learn(set.span.bytes) }
        return sets
    }

    /// A slice segment of type `type`.
    static func slice(
        _ type: UInt8, byteCount: Int, isFirst: Bool = true, fill: UInt8 = 0x55
    ) -> [UInt8] {
        [type << 1, 0x01, isFirst ? 0xAF : 0x2F]
            + [UInt8](repeating: fill, count: max(0, byteCount - 3))
    }

    static func frame(_ isKeyframe: Bool, _ generator: inout SeededGenerator) -> [UInt8] {
        var units = isKeyframe ? [video, sequence, picture] : []
        for segment in 0..<Int.random(in: 1...3, using: &generator) {
            units.append(
                slice(
                    isKeyframe ? 19 : 1,
                    byteCount: .random(in: 4...(isKeyframe ? 9_000 : 3_000), using: &generator),
                    isFirst: segment == 0, fill: .random(in: 4...255, using: &generator)))
        }
        return H264Frames.joined(units)
    }
}

enum VP8Frames {
    static func frame(_ isKeyframe: Bool, _ generator: inout SeededGenerator) -> [UInt8] {
        isKeyframe
            ? [0x10, 0x02, 0x00, 0x9D, 0x01, 0x2A, 0x40, 0x01, 0xF0, 0x00]
                + noise(1...9_000, &generator)
            : [0x11, 0x02, 0x00] + noise(0...3_000, &generator)
    }
}

enum VP9Frames {
    /// 320 × 240.
    static let key: [UInt8] = [0x82, 0x49, 0x83, 0x42, 0x00, 0x13, 0xF0, 0x0E, 0xF0]
    static let inter: [UInt8] = [0x86, 0x00]

    static func frame(_ isKeyframe: Bool, _ generator: inout SeededGenerator) -> [UInt8] {
        isKeyframe ? key + noise(1...9_000, &generator) : inter + noise(1...3_000, &generator)
    }
}

enum AV1Frames {
    static let sequence: [UInt8] = [0x0A, 0x04, 0x00, 0x00, 0x00, 0x02]

    static func obu(_ type: UInt8, _ payload: [UInt8]) -> [UInt8] {
        let size =
            payload.count < 128
            ? [UInt8(payload.count)]
            : [UInt8(payload.count & 0x7F | 0x80), UInt8(payload.count >> 7)]
        return [type << 3 | 0x02] + size + payload
    }

    static func frame(_ isKeyframe: Bool, _ generator: inout SeededGenerator) -> [UInt8] {
        if isKeyframe { return sequence + obu(6, [0x10] + noise(0...9_000, &generator)) }
        let header = obu(3, [0x30, 0x01])
        return header + obu(4, noise(1...3_000, &generator)) + obu(4, noise(1...200, &generator))
    }
}
