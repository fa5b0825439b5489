public import Timing

/// How long recordings are kept. What is not limited is kept for ever.
public struct Retention: Hashable, Sendable {
    /// Files last written longer ago than this are deleted.
    public var age: Interval?
    /// Beyond so many octets in all, the oldest are deleted.
    public var totalBytes: UInt64?
    /// With fewer free octets than this, the oldest are deleted.
    public var freeBytes: UInt64?

    /// Keeps what the limits allow.
    public init(age: Interval? = nil, totalBytes: UInt64? = nil, freeBytes: UInt64? = nil) {
        (self.age, self.totalBytes, self.freeBytes) = (age, totalBytes, freeBytes)
    }

    /// Whether anything may ever be deleted: a disk that fills up costs old recordings only where
    /// somebody has said that they may go.
    public var deletes: Bool { age != nil || totalBytes != nil || freeBytes != nil }

    /// One recording with all that lies beside it.
    struct Candidate: Hashable {
        var name: String
        var byteCount: UInt64
        var modifiedSeconds: Int64
    }

    /// Deletes the recordings that must go, oldest first, until the rest is within the limits. What
    /// cannot be deleted makes no room: the next one goes for it.
    ///
    /// - Parameters:
    ///   - candidates: What is there and finished, in any order.
    ///   - growingBytes: Octets of those that are being written.
    ///   - freeBytes: Octets free on the disk.
    ///   - neededBytes: Octets that must be free for recording to go on, whatever is configured.
    ///   - now: Seconds since 1970.
    ///   - delete: Deletes one; `false` where it is still there.
    func expire(
        _ candidates: [Candidate], growingBytes: UInt64, freeBytes: UInt64, neededBytes: UInt64,
        now: Int64, delete: (Candidate) -> Bool
    ) {
        guard deletes else { return }
        let wantedFree = max(self.freeBytes ?? 0, neededBytes)
        var total = candidates.reduce(growingBytes) { $0 + $1.byteCount }
        var free = freeBytes
        let oldestFirst = candidates.sorted {
            ($0.modifiedSeconds, $0.name) < ($1.modifiedSeconds, $1.name)
        }
        for candidate in oldestFirst {
            let isOld = age.map { now - candidate.modifiedSeconds > $0.nanoseconds / 1_000_000_000 }
            let isTooMuch = totalBytes.map { total > $0 }
            guard isOld ?? false || isTooMuch ?? false || free < wantedFree, delete(candidate)
            else { continue }
            total -= candidate.byteCount
            free += candidate.byteCount
        }
    }
}
