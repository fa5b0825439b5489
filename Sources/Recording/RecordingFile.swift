import Muxer
import Synchronization

/// One growing file and the index beside it, as the media path sees it: what is appended here, the
/// disk's own thread writes. Nothing here blocks.
///
/// All files of one recording share the bound of what may wait for the disk. Where it is reached the
/// file ends with its last whole part, for the octets behind a gap would be in the wrong place.
final class RecordingFile: Sendable {
    /// What becomes of a file, told by the disk's thread, in order.
    enum Event: Hashable, Sendable {
        /// It is there, under this path.
        case opened(String)
        /// A chunk has been written: the call has returned.
        case written(FileChunk)
        /// The disk has them for certain, for the first time: it works.
        case taken
        /// Octets that waited are not written: the file has failed. So many frames were in them.
        case dropped(FrameCount)
        /// It ended where the disk refused.
        case failed(StorageError)
        /// It is whole, of so many octets; no more comes.
        case closed(UInt64)
    }

    /// Where it goes.
    let folder: String
    /// What it is a recording of.
    let name: String
    /// Seconds since 1970 at which it begins.
    let startSeconds: Int64
    /// Its parts, as they are written.
    let live: LiveIndex

    private struct State {
        var isAccepting = true
        var isTorn = false
        /// Whether the disk has failed to take for certain what was written.
        var isUnsure = false
        var isClosed = false
        /// Whether the disk's thread has been told of it, and so will say that it is closed.
        var hasBegun = false
        /// Whether its end could not be queued.
        var isLeft = false
        /// What is queued for it.
        var chunks = 0
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    private let disk: DiskDoor
    private let queue: WaitingOctets
    private let onEvent: @Sendable (Event) -> Void
    private let state = Mutex(State())
    private let indexTurn = Mutex(())

    /// A file that the disk's thread makes when it comes to it.
    ///
    /// - Parameters:
    ///   - folder: Where it goes.
    ///   - name: What it is a recording of.
    ///   - startSeconds: When it begins, since 1970.
    ///   - live: Takes its parts.
    ///   - disk: The way to the disk's thread.
    ///   - queue: The bound of what may wait.
    ///   - onEvent: Told, on the disk's thread, what becomes of it.
    init(
        in folder: String, name: String, startSeconds: Int64, live: LiveIndex,
        disk: DiskDoor, queue: WaitingOctets, onEvent: @escaping @Sendable (Event) -> Void
    ) {
        (self.folder, self.name, self.startSeconds) = (folder, name, startSeconds)
        (self.live, self.disk, self.queue, self.onEvent) = (live, disk, queue, onEvent)
        let hasBegun = disk.post(.begin(self))
        state.withLock { state in
            state.hasBegun = hasBegun
            if !hasBegun { (state.isAccepting, state.isTorn) = (false, true) }
        }
    }

    /// Queues octets for the file.
    ///
    /// - Returns: `false` when they were dropped: too much waits, or the file has ended.
    func append(_ chunk: FileChunk) -> Bool {
        guard state.withLock({ $0.isAccepting }) else { return false }
        guard queue.reserve(chunk.byteCount) else {
            refuse()
            return false
        }
        state.withLock { $0.chunks += 1 }
        guard disk.post(.append(self, chunk)) else {
            chunkLeft(chunk)
            refuse()
            return false
        }
        return true
    }

    /// Queues the file's end.
    func end() {
        let hasBegun = state.withLock { state in
            state.isAccepting = false
            return state.hasBegun
        }
        guard hasBegun else { return closed(byteCount: 0) }
        // Where no more can be queued, the disk's thread finds it when it has worked off the rest.
        if !disk.post(.close(self)) { state.withLock { $0.isLeft = true } }
    }

    /// Waits until it is whole on the disk, or given up.
    func closed() async {
        await withCheckedContinuation { continuation in
            let isClosed = state.withLock { state in
                if !state.isClosed { state.waiters.append(continuation) }
                return state.isClosed
            }
            if isClosed { continuation.resume() }
        }
    }

    /// Whether no more comes of it.
    var isClosed: Bool { state.withLock { $0.isClosed } }

    /// What is missing between two appended chunks cannot be made good: nothing more is taken.
    private func refuse() { state.withLock { ($0.isAccepting, $0.isTorn) = (false, true) } }
}

// MARK: The disk's side

extension RecordingFile {
    func opened(_ path: String) {
        live.opened(path)
        onEvent(.opened(path))
    }

    func wrote(_ chunk: FileChunk, byteCount: UInt64) {
        chunkLeft(chunk)
        live.wrote(chunk, byteCount: byteCount)
        onEvent(.written(chunk))
    }

    func taken() { onEvent(.taken) }

    /// Not written, for the file has failed.
    func dropped(_ chunk: FileChunk) {
        chunkLeft(chunk)
        onEvent(.dropped(chunk.frames))
    }

    /// Whether it has ended, all that was queued is done, and its end is not queued.
    var isAbandoned: Bool { state.withLock { $0.isLeft && $0.chunks == 0 } }

    private func chunkLeft(_ chunk: FileChunk) {
        state.withLock { $0.chunks -= 1 }
        queue.release(chunk.byteCount)
    }

    func failed(_ error: StorageError) {
        refuse()
        onEvent(.failed(error))
    }

    /// Whether octets behind its last whole part are missing.
    var isTorn: Bool { state.withLock { $0.isTorn } }

    /// Writes to its index while nobody else does: records come from the disk's thread, and a mark from the
    /// one beside it.
    func writeIndex<E>(_ body: () throws(E) -> Void) throws(E) {
        try indexTurn.withLock { _ throws(E) in try body() }
    }

    /// Takes note that a sync of it has failed: of what was written, nobody knows what is there.
    func noteUnsure() { state.withLock { $0.isUnsure = true } }

    /// Whether a sync of it has failed.
    var isUnsure: Bool { state.withLock { $0.isUnsure } }

    func closed(byteCount: UInt64) {
        let waiters = state.withLock { state -> [CheckedContinuation<Void, Never>]? in
            guard !state.isClosed else { return nil }
            (state.isClosed, state.isAccepting) = (true, false)
            defer { state.waiters = [] }
            return state.waiters
        }
        guard let waiters else { return }
        live.finished(byteCount: byteCount)
        onEvent(.closed(byteCount))
        for waiter in waiters { waiter.resume() }
    }
}
