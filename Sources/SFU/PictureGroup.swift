import Timing

/// The newest key frame of a stream and what has come since: all a viewer needs to begin at once.
struct PictureGroup {
    /// Of the key frame's first packet, which may still have to come.
    private(set) var sequence: Int64
    let timestamp: UInt32
    private let known: Int64  // of its first packet that has come
    private let began: Instant
    private var byteCount = 0

    init(_ keyframe: PacketRecord, at now: Instant) {
        sequence = keyframe.sequence - Int64(keyframe.leadCount)
        (timestamp, known, began) = (keyframe.timestamp, keyframe.sequence, now)
    }

    mutating func append(_ record: PacketRecord) {
        byteCount += Int(record.payloadByteCount)
        // What was missing before the picture may turn out to be of the one before.
        if record.sequence < known, record.sequence >= sequence, record.timestamp != timestamp {
            sequence = record.sequence + 1
        }
    }

    /// Whether sending it again is quicker than a new key frame, and not too much.
    func isFresh(at now: Instant) -> Bool {
        now - began <= Self.longest && byteCount <= Self.largest
    }

    /// Packets that a replay sends in each slice to go on at `factor` times the pace at which the group,
    /// by now up to `newest`, has come. That is not known of what has only just begun.
    func slice(every interval: Interval, factor: Int64, to newest: Int64, at now: Instant) -> Int {
        let elapsed = max(now - began, Self.shortest).nanoseconds
        let due = (newest - sequence + 1) * factor * interval.nanoseconds
        return Int((due + elapsed - 1) / elapsed)
    }

    private static let shortest = Interval.milliseconds(100)
    private static let longest = Interval.seconds(2)
    private static let largest = 1_000_000
}

extension PacketRecord {
    /// Whether a key frame other than that of `group` begins here: its parameters and its picture
    /// may both be marked, under one timestamp.
    func begins(after group: PictureGroup?) -> Bool {
        guard isKeyframe else { return false }
        guard let group else { return true }
        return sequence > group.sequence && timestamp != group.timestamp
    }
}
