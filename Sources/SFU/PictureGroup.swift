import Timing

/// The newest key frame of a stream and what has come since: all a viewer needs to begin at once.
struct PictureGroup {
    let sequence: Int64  // of the key frame's first packet
    let timestamp: UInt32
    private let began: Instant
    private var byteCount = 0

    init(_ keyframe: PacketRecord, at now: Instant) {
        (sequence, timestamp, began) = (keyframe.sequence, keyframe.timestamp, now)
    }

    mutating func append(_ record: PacketRecord) { byteCount += Int(record.payloadByteCount) }

    /// Whether sending it again is quicker than a new key frame, and not too much.
    func isFresh(at now: Instant) -> Bool {
        now - began <= Self.longest && byteCount <= Self.largest
    }

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
