import Muxer
import Reactor
import Synchronization
import Timing

/// Carries a recording engine's events to files, and what the disk can take back to the engine.
///
/// The engine's thread calls `take`, the disk's thread tells how the files fare; neither waits for
/// the other.
public final class RunningRecording: Sendable {
    /// What is told to the owner's log.
    public typealias Report = @Sendable (_ message: String, _ isFinal: Bool) -> Void

    private struct State {
        var file: RecordingFile?
        var live: LiveIndex?
        var control: (@Sendable (RecordingIntake) -> Void)?
        var intake = RecordingIntake.everything
        var hasOpened = false
        var isRefused = false
    }

    /// How it stands.
    public let progress = RecordingProgress()

    let name: String
    private let folder: String
    private let disk: DiskDoor
    private let report: Report
    private let clock: @Sendable () -> Int64
    private let queue = WaitingOctets()
    private let state = Mutex(State())

    /// A recording whose engine has not spoken yet.
    ///
    /// - Parameters:
    ///   - folder: Where its files go; it must be there.
    ///   - name: What they are called, before the time.
    ///   - disk: The way to the thread of the folder's disk.
    ///   - clock: Nanoseconds since 1970.
    ///   - report: Told of what a person should know: it must not block.
    init(
        folder: String, name: String, disk: DiskDoor, clock: @escaping @Sendable () -> Int64,
        report: @escaping Report
    ) {
        (self.folder, self.name, self.disk) = (folder, name, disk)
        (self.clock, self.report) = (clock, report)
        progress.update { $0.startedSeconds = clock() / 1_000_000_000 }
        disk.condition.listen(self) { [weak self] _ in self?.followDisk() }
    }

    deinit { disk.condition.ignore(self) }

    /// The parts of the file that is written, or of the last one.
    public var live: LiveIndex? { state.withLock { $0.live } }

    /// Tells the engine from now on what it may write.
    func control(_ body: @escaping @Sendable (RecordingIntake) -> Void) {
        state.withLock { state in
            state.control = body
            if state.intake != .everything { body(state.intake) }
        }
    }

    /// Takes an engine's event, on its thread.
    public func take(_ event: RecordingEvent) {
        switch event {
        case .began(let container): begin(container)
        case .data(let chunk, let statistics): append(chunk, statistics)
        case .finished(let statistics):
            progress.count(statistics)
            state.withLock { state in
                defer { state.file = nil }
                return state.file
            }?.end()
        case .stalled(let isStalled):
            progress.update { progress in
                progress.isStalled = isStalled
                if isStalled { progress.stallCount += 1 }
            }
            report(isStalled ? "nothing comes from the source" : "the source sends again", false)
        case .interrupted(let reason, let isFinal):
            progress.update { progress in
                progress.state = isFinal ? "stopped" : "waiting"
                progress.isStalled = false
                progress.interruptionCount += 1
                progress.lastFailure = reason
            }
            report(reason, isFinal)
        case .note(let text): report(text, false)
        }
    }

    /// Waits until the present file is whole on disk.
    public func finish() async {
        let last = state.withLock { state in
            defer { state.file = nil }
            return state.file
        }
        await last?.close()
        progress.update { ($0.state, $0.isStalled, $0.isFileEmpty) = ("stopped", false, false) }
        disk.condition.ignore(self)
    }

    private func begin(_ container: Container) {
        let live = LiveIndex(container)
        let file = RecordingFile(
            in: folder, name: name, startSeconds: clock() / 1_000_000_000, live: live, disk: disk,
            queue: queue
        ) { [weak self] in self?.follow($0) }
        let before = state.withLock { state in
            defer { (state.file, state.live) = (file, live) }
            return state.file
        }
        before?.end()
        progress.update { progress in
            progress.state = "recording"
            progress.fileCount += 1
            (progress.presentFileBytes, progress.partCount) = (0, 0)
            progress.isFileEmpty = true
        }
    }

    private func append(_ chunk: FileChunk, _ statistics: RecordingStatistics) {
        let isTaken = state.withLock { $0.file }?.append(chunk) ?? false
        let now = clock() / 1_000_000_000
        progress.count(statistics)
        progress.update { progress in
            progress.waitingBytes = UInt64(queue.count)
            guard isTaken else { return progress.droppedBytes += UInt64(chunk.bytes.count) }
            progress.fileBytes += UInt64(chunk.bytes.count)
            progress.presentFileBytes += UInt64(chunk.bytes.count)
            progress.partCount += chunk.parts.count
            progress.lastDataSeconds = now
            progress.lastData = .now()
        }
        if !isTaken { followDisk() }
    }
}

// MARK: The disk

extension RunningRecording {
    /// What becomes of a file, on the disk's thread.
    private func follow(_ event: RecordingFile.Event) {
        switch event {
        case .opened(let path):
            let wasRefused = state.withLock { state in
                defer { (state.hasOpened, state.isRefused) = (true, false) }
                return state.isRefused
            }
            progress.update { $0.path = path }
            if wasRefused { report("recording goes on in \(path)", false) }
        case .written(let byteCount):
            progress.update { progress in
                progress.writtenBytes += UInt64(byteCount)
                progress.isFileEmpty = false
                progress.waitingBytes = UInt64(queue.count)
            }
            if !queue.isOver, state.withLock({ $0.intake == .nothing }) { followDisk() }
        case .failed(let error): failed(error)
        case .closed: followDisk()
        }
    }

    /// A disk that refuses is told once, and again only after it has worked; the first file of all
    /// must be made.
    private func failed(_ error: StorageError) {
        let (isFirst, isNews) = state.withLock { state in
            defer { state.isRefused = true }
            return (!state.hasOpened, !state.isRefused)
        }
        progress.update { progress in
            progress.lastFailure = error.reason
            if isFirst { progress.state = "stopped" }
        }
        if isFirst || isNews { report(error.description, isFirst) }
    }

    /// Tells the engine what may be written now, when that has changed.
    private func followDisk() {
        let condition = disk.condition.snapshot
        let intake = queue.isOver ? .nothing : condition.intake
        // Told under the lock, so that two threads do not tell it in the wrong order.
        let isNews = state.withLock { state in
            guard state.intake != intake else { return false }
            state.intake = intake
            state.control?(intake)
            return true
        }
        guard isNews else { return }
        progress.update { $0.intake = intake }
        switch intake {
        case .everything: report("all is recorded again", false)
        case .keyframes: report("the disk is nearly full: key frames alone are recorded", false)
        case .nothing where queue.isOver:
            report("the disk is too slow: nothing is recorded until it has caught up", false)
        case .nothing:
            let reason = condition.failure ?? "no space left"
            report("nothing is recorded until there is room on the disk: \(reason)", false)
        }
    }
}
