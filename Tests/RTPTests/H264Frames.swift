import Codecs
import RTP
import Timing

/// Access units and packets for the tests of payload formats; the same for the same seed.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    /// SplitMix64.
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}

enum H264Frames {
    static let sequence: [UInt8] = [
        0x67, 0x64, 0x00, 0x1E, 0xAC, 0xD9, 0x40, 0xA0, 0x2F, 0xF9, 0x70, 0x11,
    ]
    static let picture: [UInt8] = [0x68, 0xEB, 0xE3, 0xCB, 0x22, 0xC0]
    static let delimiter: [UInt8] = [0x09, 0xF0]

    static var sets: H264ParameterSets {
        var sets = H264ParameterSets()
        sets.learn(sequence.span.bytes)
        sets.learn(picture.span.bytes)
        return sets
    }

    /// A slice of `byteCount` octets without start codes inside.
    static func slice(
        _ octet: UInt8, byteCount: Int, isFirst: Bool = true, fill: UInt8 = 0x55
    ) -> [UInt8] {
        var slice = [octet]
        if byteCount > 1 { slice.append(isFirst ? 0b1_1_000000 : 0b010_1_0000) }
        slice += [UInt8](repeating: fill, count: max(0, byteCount - 2))
        return slice
    }

    /// Units with their lengths before them.
    static func joined(_ units: [[UInt8]]) -> [UInt8] {
        units.flatMap { unit in
            (0..<4).map { UInt8(truncatingIfNeeded: unit.count >> (24 - 8 * $0)) } + unit
        }
    }

    /// A stream of `count` access units: a key frame of several slices now and then.
    static func stream(_ count: Int, seed: UInt64) -> [[UInt8]] {
        var generator = SeededGenerator(seed: seed)
        return (0..<count).map { index in
            let isKeyframe = index % 10 == 0
            var units = isKeyframe ? [sequence, picture] : []
            for slice in 0..<Int.random(in: 1...3, using: &generator) {
                let limit = isKeyframe ? 9_000 : 3_000
                units.append(
                    self.slice(
                        isKeyframe ? 0x65 : 0x41,
                        byteCount: .random(in: 2...limit, using: &generator),
                        isFirst: slice == 0, fill: .random(in: 2...255, using: &generator)))
            }
            return joined(units)
        }
    }

    /// The packets of `frames`, 3 000 ticks apart.
    static func packets(
        _ frames: [[UInt8]], sequenceNumber: UInt16 = 0, timestamp: UInt32 = 0
    ) -> [[UInt8]] {
        var packetizer = H264Packetizer(
            payloadType: 96, ssrc: 7, sequenceNumber: sequenceNumber)
        var batch = PacketBatch()
        for (index, frame) in frames.enumerated() {
            packetizer.packetize(
                frame.span.bytes, timestamp: timestamp &+ UInt32(index) * 3_000, into: &batch)
        }
        return batch.all
    }
}

extension PacketBatch {
    var all: [[UInt8]] {
        var all: [[UInt8]] = []
        for index in 0..<count { all.append(packet(at: index).withUnsafeBytes { Array($0) }) }
        return all
    }

    var payloads: [[UInt8]] { all.map { Array($0[12...]) } }
}

/// One RTP packet around `payload`.
func packet(
    _ payload: [UInt8], number: UInt16, timestamp: UInt32 = 0, marker: Bool = false,
    payloadType: UInt8 = 96, ssrc: UInt32 = 7
) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: RTPHeader.byteCount)
    let header = RTPHeader(
        payloadType: payloadType, sequenceNumber: number, timestamp: timestamp, ssrc: ssrc,
        marker: marker)
    bytes.withUnsafeMutableBytes { buffer in
        if let base = buffer.baseAddress { header.write(to: base) }
    }
    return bytes + payload
}

extension TrackReceiver {
    /// Feeds packets one millisecond apart and collects what comes out.
    mutating func units(of packets: [[UInt8]], from start: Int64 = 0) -> [Format.Unit] {
        var units: [Format.Unit] = []
        for (index, packet) in packets.enumerated() {
            receive(
                packet.span.bytes, at: Instant(nanoseconds: 0) + .milliseconds(start + Int64(index))
            )
            while let unit = next() { units.append(unit) }
        }
        return units
    }
}
