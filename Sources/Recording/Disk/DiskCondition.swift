import Synchronization
public import Timing

/// How a disk stands, for all who write to it and for whoever asks.
public final class DiskCondition: Sendable {
    /// What can be seen of it.
    public struct Snapshot: Hashable, Sendable {
        /// What may be written.
        public var intake = RecordingIntake.everything
        /// Octets free, when last looked at; `nil` where the disk does not say.
        public var freeBytes: UInt64?
        /// Why nothing can be written.
        public var failure: String?
        /// Whether it is for want of room.
        public var isFull = false
        /// Times that the disk refused.
        public var refusals: UInt64 = 0
        /// Since when what was written first, of all that was not handed to the disk itself, has waited for
        /// that, on the monotonic clock; `nil` where nothing waits, or the policy has nothing handed over.
        public var unsyncedSince: Instant?
        /// Recordings deleted to keep within the limits.
        public var deletedFiles: UInt64 = 0
        /// Their octets.
        public var deletedBytes: UInt64 = 0
    }

    private struct State {
        var snapshot = Snapshot()
        var listeners: [ObjectIdentifier: @Sendable (Snapshot) -> Void] = [:]
    }

    private let state = Mutex(State())

    init() {}

    /// How it stands.
    public var snapshot: Snapshot { state.withLock { $0.snapshot } }

    /// Changes it, on the disk's thread, and tells those who listen when the intake is another.
    func update(_ body: (inout Snapshot) -> Void) {
        let (snapshot, listeners) = state.withLock { state in
            let before = state.snapshot.intake
            body(&state.snapshot)
            let isOther = state.snapshot.intake != before
            return (state.snapshot, isOther ? Array(state.listeners.values) : [])
        }
        for listener in listeners { listener(snapshot) }
    }

    /// Listens, in the name of `owner`, until `ignore`.
    func listen(_ owner: AnyObject, _ body: @escaping @Sendable (Snapshot) -> Void) {
        state.withLock { $0.listeners[ObjectIdentifier(owner)] = body }
    }

    func ignore(_ owner: AnyObject) {
        _ = state.withLock { $0.listeners.removeValue(forKey: ObjectIdentifier(owner)) }
    }
}
