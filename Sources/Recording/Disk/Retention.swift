public import Timing

/// How long recordings are kept. What is not limited is kept for ever.
public struct Retention: Hashable, Sendable {
    /// Files last written longer ago than this are deleted.
    public var age: Interval?
    /// Beyond so many octets in all, the oldest are deleted.
    public var totalBytes: UInt64?
    /// With fewer free octets than this, the oldest are deleted.
    public var freeBytes: UInt64?
    /// What holds besides for the files of one recording, by its name, and for no other's.
    public var own: [String: Limits] = [:]

    /// Keeps what the limits allow.
    public init(age: Interval? = nil, totalBytes: UInt64? = nil, freeBytes: UInt64? = nil) {
        (self.age, self.totalBytes, self.freeBytes) = (age, totalBytes, freeBytes)
    }

    /// How long the files of one recording are kept.
    public struct Limits: Hashable, Sendable {
        /// Those last written longer ago than this are deleted.
        public var age: Interval?
        /// Beyond so many octets of them, the oldest are deleted.
        public var totalBytes: UInt64?

        /// Keeps what the limits allow.
        public init(age: Interval? = nil, totalBytes: UInt64? = nil) {
            (self.age, self.totalBytes) = (age, totalBytes)
        }

        fileprivate var deletes: Bool { age != nil || totalBytes != nil }

        /// Which of them a file is beyond, with so many octets of all that they are for.
        fileprivate func broken(
            by candidate: Candidate, of total: UInt64, now: Int64, isOwn: Bool
        ) -> Deletion.Limit? {
            let seconds = age.map { $0.nanoseconds / 1_000_000_000 } ?? .max
            if now - candidate.modifiedSeconds > seconds { return .age(isOwn: isOwn) }
            return total > totalBytes ?? .max ? .totalBytes(isOwn: isOwn) : nil
        }
    }

    /// Whether anything may ever be deleted: a disk that fills up costs old recordings only where
    /// somebody has said that they may go.
    public var deletes: Bool { deletesAll || own.values.contains(where: \.deletes) }

    private var deletesAll: Bool { all.deletes || freeBytes != nil }
    private var all: Limits { Limits(age: age, totalBytes: totalBytes) }

    /// One file with all that lies beside it.
    struct Candidate: Hashable {
        var name: String
        /// What it is a recording of.
        var recording = ""
        var byteCount: UInt64
        var modifiedSeconds: Int64
    }

    /// Deletes the recordings that must go, oldest first, until the rest is within the limits. What
    /// cannot be deleted makes no room: the next one goes for it.
    ///
    /// - Parameters:
    ///   - candidates: What is there and finished, in any order.
    ///   - growingBytes: Octets of those that are being written, by what they are recordings of.
    ///   - freeBytes: Octets free on the disk.
    ///   - neededBytes: Octets that must be free for recording to go on, whatever is configured.
    ///   - now: Seconds since 1970.
    ///   - delete: Deletes one for what it is beyond; `false` where it is still there.
    func expire(
        _ candidates: [Candidate], growingBytes: [String: UInt64], freeBytes: UInt64,
        neededBytes: UInt64, now: Int64, delete: (Candidate, Deletion.Limit) -> Bool
    ) {
        guard deletes else { return }
        let wantedFree = max(self.freeBytes ?? 0, neededBytes)
        var totals = growingBytes
        for candidate in candidates {
            totals[candidate.recording, default: 0] += candidate.byteCount
        }
        var (total, free) = (totals.values.reduce(0, +), freeBytes)
        let oldestFirst = candidates.sorted {
            ($0.modifiedSeconds, $0.name) < ($1.modifiedSeconds, $1.name)
        }
        for candidate in oldestFirst {
            let (limits, ownTotal) = (own[candidate.recording], totals[candidate.recording] ?? 0)
            // Who has limited one recording alone has not said that others may make room.
            let makesRoom = free < wantedFree && (deletesAll || limits?.deletes == true)
            let limit =
                makesRoom
                ? .freeBytes
                : all.broken(by: candidate, of: total, now: now, isOwn: false)
                    ?? limits?.broken(by: candidate, of: ownTotal, now: now, isOwn: true)
            guard let limit, delete(candidate, limit) else { continue }
            total -= candidate.byteCount
            totals[candidate.recording] = ownTotal - candidate.byteCount
            free += candidate.byteCount
        }
    }
}
