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
        /// Since when something waits that no sync hands over yet.
        var unsyncedSince: Instant?
        /// The same of what the sync under way hands over; `nil` where there is none.
        var syncingSince: Instant?
        /// Whether its end is: nothing more is written.
        var isEnding = false
        /// Whether the disk has taken, for certain, some of what was written.
        var isTaken = false

        var isSyncing: Bool { syncingSince != nil }
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
    /// Errands of which nothing has come yet.
    private var errandCount = 0
    /// Whether all ends: nothing waits for a disk that works again.
    private(set) var isOver = false
    /// How often what was written has been handed to the disk.
    var syncCount: UInt64 = 0

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
            files.values.reduce(into: [:]) { $0[$1.path, default: 0] += $1.dataCount }
        }
        if hasLooked {
            space.unsynced(
                since: files.values.compactMap { $0.syncingSince ?? $0.unsyncedSince }.min())
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

    /// Ends all files as they are, and notes all that comes of it: nothing is held when this returns.
    ///
    /// - Parameter settle: Returns when all errands that were left have been done.
    mutating func finish(at now: Instant, _ settle: () -> Void) {
        isOver = true
        for open in Array(files.values) { close(open.file) }
        finishRest()
        collect(at: now)
        while errandCount > 0 {
            settle()
            collect(at: now)
        }
    }

    /// Leaves what takes long to be done beside the writing; something comes of each.
    mutating func leave(_ errand: DiskErrand) {
        errandCount += 1
        errands.leave(errand)
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
                leave(.name(unnamed, folder: folder))
                unnamed = []
            }
            outcomes = errands.takeOutcomes()
            for outcome in outcomes { take(outcome, at: now) }
        } while !outcomes.isEmpty
    }

    private mutating func take(_ outcome: DiskErrand.Outcome, at now: Instant) {
        errandCount -= 1
        switch outcome {
        case .named(let named, let failure):
            isNaming = false
            if let failure { for file in named { fail(file, failure, at: now) } }
        case .synced(let file, let failure):
            let key = ObjectIdentifier(file)
            guard files[key]?.isEnding == false else {
                return noteFailure(failure, of: file, at: now)
            }
            files[key]?.syncingSince = nil
            if let failure { return fail(file, failure, at: now) }
            noteTaken(key)
            if policy == .part, files[key]?.unsyncedSince != nil { sync(key) }
        case .ended(let open, let ending, let byteCount, let failure):
            ended(open, ending, byteCount: byteCount, failure, at: now)
        }
    }
}
