import Ciphers
import Timing

/// What the producer sends, and when.
enum Pattern: String {
    /// Eight packets of 1100 octets at once, fifty times a second.
    case burst8
    /// 288 packets a second of 972 octets, one by one.
    case live

    var turnInterval: Interval {
        switch self {
        case .burst8: .milliseconds(20)
        case .live: Interval(nanoseconds: 3_472_222)
        }
    }

    var turnsPerSecond: Int64 { Interval.seconds(1).nanoseconds / turnInterval.nanoseconds }

    var packetsPerTurn: Int {
        switch self {
        case .burst8: 8
        case .live: 1
        }
    }

    var packetsPerPicture: Int {
        switch self {
        case .burst8: 8
        case .live: 9
        }
    }

    var payloadByteCount: Int {
        switch self {
        case .burst8: 1088
        case .live: 960
        }
    }
}

/// Packets sealed beforehand, so that nothing of the producer's own work is counted.
struct Feed: ~Copyable {
    let pattern: Pattern
    let turns: Int
    private let packetByteCount: Int
    private let octets: UnsafeMutableRawPointer

    /// - Parameters:
    ///   - number: The first packet's: where the feed before ended.
    ///   - key: The producer's.
    init(
        _ pattern: Pattern, seconds: Int64, from number: Int, ssrc: UInt32,
        key: borrowing SealingKey
    ) {
        self.pattern = pattern
        turns = Int(seconds * pattern.turnsPerSecond)
        packetByteCount = 12 + pattern.payloadByteCount + key.rtpOverhead
        let count = turns * pattern.packetsPerTurn
        octets = .allocate(byteCount: count * packetByteCount, alignment: 16)
        var payload = [UInt8](repeating: 0x5A, count: pattern.payloadByteCount)
        for offset in 0..<count {
            let index = number + offset
            let (picture, position) = index.quotientAndRemainder(
                dividingBy: pattern.packetsPerPicture)
            let isLast = position == pattern.packetsPerPicture - 1
            // An FU-A of an IDR picture each second, of other pictures between (RFC 6184 §5.8).
            (payload[0], payload[2]) = (0x7C, 0x88)  // a slice that begins its picture
            payload[1] = picture % 30 == 0 ? 5 : 1
            if position == 0 { payload[1] |= 0x80 }
            if isLast { payload[1] |= 0x40 }
            let out = octets + offset * packetByteCount
            out.storeBytes(of: (UInt16(0x8060) | (isLast ? 0x80 : 0)).bigEndian, as: UInt16.self)
            out.storeBytes(
                of: UInt16(truncatingIfNeeded: index).bigEndian, toByteOffset: 2, as: UInt16.self)
            out.storeBytes(
                of: UInt32(picture * 3000).bigEndian, toByteOffset: 4, as: UInt32.self)
            out.storeBytes(of: ssrc.bigEndian, toByteOffset: 8, as: UInt32.self)
            _ = key.sealRTP(
                at: out, headerByteCount: 12, prefixByteCount: 0, payload: payload,
                payloadByteCount: payload.count, ssrc: ssrc, index: UInt64(index))
        }
    }

    deinit { octets.deallocate() }

    /// One packet of one turn.
    func packet(_ position: Int, ofTurn turn: Int) -> UnsafeRawBufferPointer {
        let index = turn * pattern.packetsPerTurn + position
        return UnsafeRawBufferPointer(
            start: octets + index * packetByteCount, count: packetByteCount)
    }
}
