import Muxer
import Synchronization
import Timing

@testable import Recording

/// A disk's work without its thread: commands are done when the test says so, at its own time.
final class VirtualDisk: Sendable {
    let model = ModelDisk()
    let condition = DiskCondition()
    let claims = ClaimedFiles()
    private let commands = Mutex<[DiskCommand]>([])
    /// Errands that wait, where they are held, and what has come of others.
    private let errands = Mutex<(waiting: [DiskErrand], outcomes: [DiskErrand.Outcome])>(([], []))
    /// What has come of errands, and is told with that of the next ones.
    private let untold = Mutex<[DiskErrand.Outcome]>([])
    /// Whether errands wait until the test does them: the disk is slow.
    private let isSlow = Mutex(false)
    /// Commands that may wait.
    let capacity: Int

    init(capacity: Int = 65_536) { self.capacity = capacity }

    var door: DiskDoor {
        DiskDoor(condition: condition) { [self] command in
            commands.withLock { commands in
                guard commands.count < capacity else { return false }
                commands.append(command)
                return true
            }
        }
    }

    func work(
        sync: SyncPolicy = .interval(.seconds(1)), retention: Retention = Retention(),
        on storage: (any Storage)? = nil
    ) -> DiskWork {
        let sweep = Sweep(folder: "/r", retention: retention, claims: claims) { [model] in
            model.state.withLock { $0.seconds }
        }
        let storage = storage ?? model
        let door = ErrandDoor { [self] errand in
            errands.withLock { $0.waiting.append(errand) }
            if !isSlow.withLock({ $0 }) { doErrands(on: storage) }
        } takeOutcomes: { [self] in
            errands.withLock { errands in
                defer { errands.outcomes = [] }
                return errands.outcomes
            }
        }
        return DiskWork(
            storage: storage, policy: sync, claims: claims, errands: door,
            space: DiskSpace(sweep, condition: condition) { body in
                body()
                return true
            })
    }

    /// From now on errands wait until `doErrands`.
    func slowDown() { isSlow.withLock { $0 = true } }

    /// Does the first of the errands that wait, or as many as there are.
    ///
    /// - Returns: How many wait still.
    @discardableResult
    func doErrands(_ count: Int = .max, on storage: (any Storage)? = nil) -> Int {
        let outcomes = untold.withLock { untold in
            defer { untold = [] }
            return untold
        }
        let more = run(count, on: storage)
        return errands.withLock { errands in
            errands.outcomes += outcomes + more
            return errands.waiting.count
        }
    }

    /// Does the first of them; what comes of it is told with the next `doErrands`.
    func doErrandUntold() {
        let outcomes = run(1, on: nil)
        untold.withLock { $0 += outcomes }
    }

    private func run(_ count: Int, on storage: (any Storage)?) -> [DiskErrand.Outcome] {
        let taken = errands.withLock { errands in
            let taken = Array(errands.waiting.prefix(count))
            errands.waiting.removeFirst(taken.count)
            return taken
        }
        return taken.compactMap { $0.run(on: storage ?? model, claims) }
    }

    /// Does all that waits.
    func perform(_ work: inout DiskWork, at now: Instant) {
        let taken = commands.withLock { commands in
            defer { commands = [] }
            return commands
        }
        for command in taken { work.perform(command, at: now) }
        work.advance(to: now)
    }
}

/// What became of a file, in order.
final class FileLog: Sendable {
    private let state = Mutex<[RecordingFile.Event]>([])
    var events: [RecordingFile.Event] { state.withLock { $0 } }
    func note(_ event: RecordingFile.Event) {
        if case .dropped = event { return }  // which says nothing of the file
        state.withLock { $0.append(event) }
    }
}

extension LiveIndex {
    static func empty() -> LiveIndex { LiveIndex(.mpegts) }
}

/// A part of `byteCount` octets at `offset`, and its octets.
func chunk(
    at offset: UInt64, _ byteCount: Int, isWhole: Bool = true, index: [UInt8] = [7],
    pictures: UInt64 = 0
) -> FileChunk {
    var frames = FrameCount()
    frames.videoFrames = pictures
    return FileChunk(
        bytes: [UInt8](repeating: 0x47, count: byteCount), index: isWhole ? index : [],
        parts: isWhole
            ? [
                IndexedPart(
                    offset: offset, byteCount: UInt32(byteCount),
                    start: .milliseconds(Int64(offset)), duration: .milliseconds(Int64(byteCount)),
                    isIndependent: true)
            ] : [], frames: frames)
}
