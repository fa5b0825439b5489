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

/// A disk's work, without its threads and without a clock: commands in, calls of `Storage` out, and
/// `DiskErrand`s for what takes long: no write waits for one.
///
/// A file's octets are written before the index that names them, and handed to the disk in that
/// order too. A file that the disk refuses to go on with is cut after its last whole part.
struct DiskWork: ~Copyable {
    struct OpenFile: Sendable {
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
        /// Whether a sync of it is under way.
        var isSyncing = false
        /// Whether its end is: nothing more is written.
        var isEnding = false
        /// Whether the disk has taken, for certain, some of what was written.
        var isTaken = false

        var ends: (data: UInt64, index: UInt64) { (dataCount, indexCount) }
        var wholeEnds: (data: UInt64, index: UInt64) { (wholeCount, wholeIndexCount) }
    }

    let storage: any Storage
    let policy: SyncPolicy
    let claims: ClaimedFiles
    let errands: ErrandDoor
    var space: DiskSpace
    var files: [ObjectIdentifier: OpenFile] = [:]
    /// Cut after a refusal, and not closed yet.
    var unfinished: [OpenFile] = []
    /// New, and their names not handed to the disk yet.
    var unnamed: [RecordingFile] = []
    private var isNaming = false
    /// How often what was written has been handed to the disk.
    private(set) var syncCount: UInt64 = 0

    init(
        storage: any Storage, policy: SyncPolicy, claims: ClaimedFiles, errands: ErrandDoor,
        space: consuming DiskSpace
    ) {
        (self.storage, self.policy, self.claims) = (storage, policy, claims)
        self.errands = errands
        self.space = space
    }

    /// Does one thing.
    mutating func perform(_ command: DiskCommand, at now: Instant) {
        switch command {
        case .begin(let file): begin(file, at: now)
        case .append(let file, let chunk): append(chunk, to: file, at: now)
        case .close(let file): close(file)
        case .run(let body): body()
        }
    }

    /// Hands over what is old enough, notes what has come of that, and looks after the room on the disk.
    mutating func advance(to now: Instant) {
        collect(at: now)
        if case .interval(let interval) = policy {
            for (key, file) in files {
                if let since = file.syncableSince, since + interval <= now { sync(key) }
            }
        }
        for open in Array(files.values) where open.file.isAbandoned { close(open.file) }
        let hasLooked = space.advance(to: now, storage) {
            files.values.reduce(0) { $0 + $1.dataCount }
        }
        if hasLooked {
            endLost()
            if !unfinished.isEmpty, space.intake == .everything { finishRest() }
        }
        collect(at: now)
    }

    /// When `advance` is to be called next.
    var nextDeadline: Instant? {
        guard case .interval(let interval) = policy else { return space.nextDeadline }
        let oldest = files.values.compactMap(\.syncableSince).min().map { $0 + interval }
        guard let oldest else { return space.nextDeadline }
        return space.nextDeadline.map { min($0, oldest) } ?? oldest
    }

    /// Ends all files as they are: the thread ends.
    mutating func closeAll() {
        for open in Array(files.values) { close(open.file) }
        finishRest()
    }
}

extension DiskWork.OpenFile {
    /// Since when something waits to be handed over; `nil` while that goes on.
    fileprivate var syncableSince: Instant? { isSyncing || isEnding ? nil : unsyncedSince }
}

extension DiskWork {
    /// Notes what has come of errands, and leaves those that have waited for it.
    mutating func collect(at now: Instant) {
        var outcomes: [DiskErrand.Outcome]
        repeat {
            if !isNaming, let folder = unnamed.first?.folder {
                isNaming = true
                errands.leave(.name(unnamed, folder: folder))
                unnamed = []
            }
            outcomes = errands.takeOutcomes()
            for outcome in outcomes { take(outcome, at: now) }
        } while !outcomes.isEmpty
    }

    private mutating func take(_ outcome: DiskErrand.Outcome, at now: Instant) {
        switch outcome {
        case .named(let named, let failure):
            isNaming = false
            if let failure { for file in named { fail(file, failure, at: now) } }
        case .synced(let file, let failure):
            let key = ObjectIdentifier(file)
            guard files[key]?.isEnding == false else {
                return noteFailure(failure, of: file, at: now)
            }
            files[key]?.isSyncing = false
            if let failure { return fail(file, failure, at: now) }
            noteTaken(key)
            if policy == .part, files[key]?.unsyncedSince != nil { sync(key) }
        case .ended(let open, let ending, let byteCount, let failure):
            ended(open, ending, byteCount: byteCount, failure, at: now)
        }
    }
}

extension DiskWork {
    private mutating func append(_ chunk: FileChunk, to file: RecordingFile, at now: Instant) {
        let key = ObjectIdentifier(file)
        guard var open = files[key], !open.isEnding else { return file.dropped(chunk) }
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
        if policy == .part, !chunk.parts.isEmpty, !open.isSyncing { sync(key) }
    }

    /// What was written goes to the disk, the octets before the index that names them.
    private mutating func sync(_ key: ObjectIdentifier) {
        guard var open = files[key] else { return }
        open.unsyncedSince = nil
        open.isSyncing = true
        files[key] = open
        syncCount += 1
        errands.leave(.sync(open))
    }

    /// A sync failed while its file's end was under way already.
    private mutating func noteFailure(
        _ failure: StorageError?, of file: RecordingFile, at now: Instant
    ) {
        guard let failure else { return }
        space.refused(failure, at: now)
        file.failed(failure)
    }

    /// The disk has what was written, as far as the policy asks: that it makes files says little.
    private mutating func noteTaken(_ key: ObjectIdentifier) {
        guard let open = files[key], !open.isTaken else { return }
        files[key]?.isTaken = true
        space.accepted()
        open.file.taken()
    }
}
