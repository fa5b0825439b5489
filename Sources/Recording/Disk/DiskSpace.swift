import Timing

/// The room on a disk: looked at twice a second, made by deleting what may go, and told to all who
/// write there.
struct DiskSpace: ~Copyable {
    /// What may go is deleted elsewhere: a folder of a hundred thousand files holds up no writing.
    /// Whether it will be says `false`.
    typealias Aside = @Sendable (_ body: @escaping @Sendable () -> Void) -> Bool

    /// Deleting for want of room: what is to be had by it is the same while this is.
    private struct Attempt: Equatable {
        /// Files that had been deleted before it.
        var deletedFiles: UInt64
        /// Whether recording itself wants the room.
        var isPressed: Bool
    }

    private let sweep: Sweep
    private let condition: DiskCondition
    private let aside: Aside
    private var headroom = Headroom()
    private var writtenBytes: UInt64 = 0
    private var looked: Instant?
    private var swept: Instant?
    private var attempt: Attempt?

    /// - Parameters:
    ///   - sweep: Where recordings lie, and which of them may go.
    ///   - condition: Takes what is found.
    ///   - aside: Does what takes long.
    init(_ sweep: Sweep, condition: DiskCondition, aside: @escaping Aside) {
        (self.sweep, self.condition, self.aside) = (sweep, condition, aside)
    }

    /// When it looks next; it always does.
    var nextDeadline: Instant? { looked.map { $0 + Self.interval } }

    /// What may be written.
    var intake: RecordingIntake { headroom.intake }

    mutating func wrote(_ byteCount: Int) { writtenBytes += UInt64(byteCount) }

    mutating func accepted() { headroom.accepted() }

    mutating func refused(_ error: StorageError, at now: Instant) {
        headroom.refused(isFull: error.isFull, at: now)
        condition.update { condition in
            (condition.intake, condition.failure) = (headroom.intake, error.reason)
            condition.isFull = error.isFull
            condition.refusals += 1
        }
    }

    /// Tells since when something has waited to be handed to the disk itself.
    func unsynced(since: Instant?) {
        if condition.snapshot.unsyncedSince != since {
            condition.update { $0.unsyncedSince = since }
        }
    }

    /// The disk has refused what does not keep it from being written to.
    func refused() { condition.update { $0.refusals += 1 } }

    /// Looks at the room when it is time, and makes some.
    ///
    /// - Parameter growingBytes: Octets so far of all that is being written, by their paths.
    /// - Returns: Whether it was time.
    mutating func advance(
        to now: Instant, _ storage: any Storage, growingBytes: () -> [String: UInt64]
    ) -> Bool {
        if let looked, looked + Self.interval > now { return false }
        if let looked {
            let nanoseconds = UInt64(max((now - looked).nanoseconds, 1))
            headroom.wrote(writtenBytes * 1_000_000_000 / nanoseconds)
        }
        (looked, writtenBytes) = (now, 0)
        guard var free = try? storage.freeBytes(in: sweep.folder) else {
            condition.update { $0.freeBytes = nil }
            return true
        }
        let needed = headroom.sparing * 2
        if sweep.retention.deletes, isSweepDue(free, needed, at: now) {
            let growing = growingBytes()
            let isTaken = aside { [sweep, condition] in
                sweep.run(storage, growingBytes: growing, neededBytes: needed, condition)
            }
            if isTaken { swept = now } else { attempt = nil }
            free = (try? storage.freeBytes(in: sweep.folder)) ?? free
        }
        headroom.update(freeBytes: free, at: now)
        condition.update { condition in
            (condition.freeBytes, condition.intake) = (free, headroom.intake)
            if headroom.intake != .nothing {
                (condition.failure, condition.isFull) = (nil, false)
            }
        }
        return true
    }

    /// Whether it is time to go through the folder. One that nothing could be deleted in is not gone through
    /// anew at once, however little room there is.
    private mutating func isSweepDue(_ free: UInt64, _ needed: UInt64, at now: Instant) -> Bool {
        let isShort = free < max(needed, sweep.retention.freeBytes ?? 0)
        let next = Attempt(
            deletedFiles: condition.snapshot.deletedFiles, isPressed: free < needed)
        let isDue = swept.map { $0 + Self.sweepInterval <= now } ?? true
        guard isDue || isShort && attempt != next else { return false }
        attempt = isShort ? next : nil
        return true
    }

    private static let interval = Interval.milliseconds(500)
    private static let sweepInterval = Interval.seconds(10)
}
