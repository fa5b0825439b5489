import Muxer
import Timing

/// When what has been written is handed to the disk itself, so that it survives the loss of power.
public enum SyncPolicy: Hashable, Sendable {
    /// When the kernel likes: after half a minute, or at a file's end. A process that is killed loses
    /// nothing by it.
    case none
    /// Once what was written is so old.
    case interval(Interval)
    /// With every part.
    case part
}

/// What the media path asks of a disk, in order.
enum DiskCommand: Sendable {
    case begin(RecordingFile)
    case append(RecordingFile, FileChunk)
    case close(RecordingFile)
    /// Something else that is to be done behind all that waits.
    case run(@Sendable () -> Void)
}

/// A disk's work, without its thread and without a clock: commands in, calls of `Storage` out.
///
/// A file's octets are written before the index that names them, and handed to the disk in that
/// order too. A file that the disk refuses to go on with is cut after its last whole part.
struct DiskWork: ~Copyable {
    struct OpenFile {
        let file: RecordingFile
        let path: String
        let data: Int32
        let index: Int32
        var dataCount: UInt64 = 0
        var indexCount: UInt64 = 0
        /// The ends of the last whole part, and of its record.
        var wholeCount: UInt64 = 0
        var wholeIndexCount: UInt64 = 0
        var unsyncedSince: Instant?
        /// Whether the disk has taken, for certain, some of what was written.
        var isTaken = false

        var ends: (data: UInt64, index: UInt64) { (dataCount, indexCount) }
        var wholeEnds: (data: UInt64, index: UInt64) { (wholeCount, wholeIndexCount) }
    }

    let storage: any Storage
    let policy: SyncPolicy
    let claims: ClaimedFiles
    var space: DiskSpace
    var files: [ObjectIdentifier: OpenFile] = [:]
    /// Cut after a refusal, and not closed yet.
    var unfinished: [OpenFile] = []
    /// How often what was written has been handed to the disk.
    private(set) var syncCount: UInt64 = 0

    init(
        storage: any Storage, policy: SyncPolicy, claims: ClaimedFiles,
        space: consuming DiskSpace
    ) {
        (self.storage, self.policy, self.claims) = (storage, policy, claims)
        self.space = space
    }

    /// Does one thing.
    mutating func perform(_ command: DiskCommand, at now: Instant) {
        switch command {
        case .begin(let file): begin(file, at: now)
        case .append(let file, let chunk): append(chunk, to: file, at: now)
        case .close(let file): close(file, at: now)
        case .run(let body): body()
        }
    }

    /// Hands over what is old enough, and looks after the room on the disk.
    mutating func advance(to now: Instant) {
        if case .interval(let interval) = policy {
            for (key, file) in files {
                guard let since = file.unsyncedSince, since + interval <= now else { continue }
                if let error = sync(key) { fail(file.file, error, at: now) }
            }
        }
        for open in Array(files.values) where open.file.isAbandoned { close(open.file, at: now) }
        let hasLooked = space.advance(to: now, storage) {
            files.values.reduce(0) { $0 + $1.dataCount }
        }
        guard hasLooked else { return }
        endLost()
        if !unfinished.isEmpty, space.intake == .everything { finishRest() }
    }

    /// When `advance` is to be called next.
    var nextDeadline: Instant? {
        guard case .interval(let interval) = policy else { return space.nextDeadline }
        let oldest = files.values.compactMap(\.unsyncedSince).min().map { $0 + interval }
        guard let oldest else { return space.nextDeadline }
        return space.nextDeadline.map { min($0, oldest) } ?? oldest
    }

    /// Ends all files as they are: the thread ends.
    mutating func closeAll(at now: Instant) {
        for open in Array(files.values) { close(open.file, at: now) }
        finishRest()
    }
}

extension DiskWork {
    private mutating func append(_ chunk: FileChunk, to file: RecordingFile, at now: Instant) {
        let key = ObjectIdentifier(file)
        guard var open = files[key] else { return file.dropped(chunk) }
        do throws(StorageError) {
            try storage.write(chunk.bytes, to: open.data, at: open.dataCount)
            open.dataCount += UInt64(chunk.bytes.count)
            try storage.write(chunk.index, to: open.index, at: open.indexCount)
            open.indexCount += UInt64(chunk.index.count)
            // As long as what was there: a crash leaves one or the other.
            if !chunk.indexHead.isEmpty {
                try storage.write(chunk.indexHead, to: open.index, at: 0)
            }
        } catch {
            files[key] = open
            file.dropped(chunk)
            return fail(file, error, at: now)
        }
        if let last = chunk.parts.last {
            open.wholeCount = last.offset + UInt64(last.byteCount)
            open.wholeIndexCount = open.indexCount
        }
        if policy != .none, open.unsyncedSince == nil { open.unsyncedSince = now }
        files[key] = open
        space.wrote(chunk.byteCount)
        file.wrote(chunk, byteCount: open.dataCount)
        if policy == .none { noteTaken(key) }
        if policy == .part, !chunk.parts.isEmpty, let error = sync(key) {
            fail(file, error, at: now)
        }
    }

    /// What was written goes to the disk, the octets before the index that names them.
    private mutating func sync(_ key: ObjectIdentifier) -> StorageError? {
        guard let open = files[key] else { return nil }
        files[key]?.unsyncedSince = nil
        syncCount += 1
        do throws(StorageError) {
            try storage.sync(open.data)
            try storage.sync(open.index)
        } catch { return error }
        noteTaken(key)
        return nil
    }

    /// The disk has what was written, as far as the policy asks: that it makes files says little.
    private mutating func noteTaken(_ key: ObjectIdentifier) {
        guard let open = files[key], !open.isTaken else { return }
        files[key]?.isTaken = true
        space.accepted()
        open.file.taken()
    }
}
