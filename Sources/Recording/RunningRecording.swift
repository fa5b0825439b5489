import Muxer
import Reactor
import Synchronization
import Timing

/// Carries a recording engine's events to files, and what the disk can take back to the engine.
///
/// The engine's thread calls `take`, the disk's thread tells how the files fare; neither waits for
/// the other.
final class RunningRecording: Sendable {
    struct State {
        var file: RecordingFile?
        /// Files that have ended, and are not whole on the disk yet.
        var ending: [RecordingFile] = []
        var live: LiveIndex?
        var control: (@Sendable (RecordingIntake) -> Void)?
        var tellClock: (@Sendable (ClockMap) -> Void)?
        var tellNews: (@Sendable (RecordingNews) -> Void)?
        /// What the last file was.
        var format: Container?
        /// As it was last told; `nil` where it is as at the start.
        var clock: ClockMap?
        var intake = RecordingIntake.everything
        var hasOpened = false
        var refusal = Refusal()
        /// Whether the present file takes no more, and the engine has been told to begin another.
        var isTorn = false
        /// Octets that the disk has taken of files which are not closed yet.
        var growth: [ObjectIdentifier: UInt64] = [:]
        /// When the newest file of this name begins, in seconds since 1970.
        var newestSeconds: Int64?
    }

    /// A disk that refuses files, and what of that has been told.
    struct Refusal {
        /// From a file that the disk refused until one that it has taken.
        var lasts = false
        var isTold = false
        /// Whether an end that the disk refused has been told, and no file has ended well since.
        var isEndTold = false
    }

    /// How it stands.
    let progress = RecordingProgress()

    let name: String
    let disk: DiskDoor
    let report: @Sendable (RecordingReport) -> Void
    let queue: WaitingOctets
    let state = Mutex(State())
    let folder: String
    let wallClock: @Sendable () -> Int64

    /// A recording whose engine has not spoken yet.
    ///
    /// - Parameters:
    ///   - folder: Where its files go; it must be there.
    ///   - name: What they are called, before the time.
    ///   - disk: The way to the thread of the folder's disk.
    ///   - queue: What may wait for the disk.
    ///   - newestSeconds: When the newest file that is there of this name begins, since 1970.
    ///   - clock: Nanoseconds since 1970, until `follow` says otherwise.
    ///   - report: Told of what a person should know: it must not block.
    init(
        folder: String, name: String, disk: DiskDoor, queue: WaitingOctets = WaitingOctets(),
        newestSeconds: Int64? = nil, clock: @escaping @Sendable () -> Int64,
        report: @escaping @Sendable (RecordingReport) -> Void
    ) {
        (self.folder, self.name, self.disk, self.queue) = (folder, name, disk, queue)
        (wallClock, self.report) = (clock, report)
        state.withLock { $0.newestSeconds = newestSeconds }
        let now = Instant.now()
        progress.update {
            $0.startedSeconds = clock() / 1_000_000_000
            ($0.started, $0.source.expectedSince) = (now, now)
        }
        disk.condition.listen(self) { [weak self] _ in self?.followDisk() }
        followDisk()  // changes alone are told, and the disk may be full already
    }

    deinit { disk.condition.ignore(self) }

    /// The parts of the file that is written, or of the last one.
    var live: LiveIndex? { state.withLock { $0.live } }

    /// The parts of all files that are not whole on the disk yet.
    var growing: [LiveIndex] {
        state.withLock { state in (state.ending + (state.file.map { [$0] } ?? [])).map(\.live) }
    }

    /// Tells the engine from now on what it may write.
    func control(_ body: @escaping @Sendable (RecordingIntake) -> Void) {
        state.withLock { state in
            state.control = body
            if state.intake != .everything { body(state.intake) }
        }
    }

    /// Tells from now on what files are, with the first and wherever that changes, and where the first lies.
    func tellNews(_ body: @escaping @Sendable (RecordingNews) -> Void) {
        state.withLock { $0.tellNews = body }
    }

    /// Takes an engine's event, on its thread.
    func take(_ event: RecordingEvent) {
        switch event {
        case .connected(let now):
            progress.update {
                $0.source.connected = $0.source.connected ?? now
                $0.source.expectedSince = $0.source.expectedSince ?? now
            }
        case .began(let container): begin(container)
        case .data(let chunk, let statistics): append(chunk, statistics)
        case .counted(let statistics): progress.count(statistics, at: .now())
        case .finished(let statistics):
            progress.count(statistics, at: .now())
            endFile()
        case .stalled(let isStalled):
            progress.update { progress in
                progress.source.isStalled = isStalled
                // One that has never come is awaited.
                if isStalled, progress.source.connected != nil { progress.source.stallCount += 1 }
            }
            report(
                isStalled
                    ? .trouble("nothing comes from the source") : .notice("the source sends again"))
        case .interrupted(let reason, let isFinal, let isAwaited):
            interrupted(reason, isFinal: isFinal, isAwaited: isAwaited)
        case .leftOut(let encodings):
            let isNews = progress.snapshot.source.unrecordedSound != encodings
            progress.update { $0.source.unrecordedSound = encodings }
            if isNews, let warning = progress.snapshot.soundWarning { report(.trouble(warning)) }
        case .note(let text): report(.trouble(text))
        }
    }

    /// The engine's thread has ended, and the engine with it.
    func broke(_ reason: String) {
        endFile()
        interrupted(reason, isFinal: true, isAwaited: false)
    }

    private func interrupted(_ reason: String, isFinal: Bool, isAwaited: Bool) {
        let (now, instant) = (clock(), Instant.now())
        let before = progress.snapshot
        progress.update { progress in
            // One that is awaited, or tried again, is not interrupted once more.
            if progress.state == .recording { progress.source.interruptionCount += 1 }
            progress.state = isFinal ? .stopped : .waiting
            progress.source.expectedSince =
                isAwaited ? nil : progress.source.expectedSince ?? instant
            if isFinal { progress.stoppedNanoseconds = now }
            progress.source.isStalled = false
            progress.lastFailure = reason
        }
        if isFinal { return report(.final(reason)) }
        // Tried or asked about again and again, it is no news each time.
        guard before.state != .waiting || before.lastFailure != reason else { return }
        guard isAwaited else { return report(.trouble(reason)) }
        state.withLock { $0.tellNews }?(.awaited(reason))
    }

    /// Ends the present file, and waits until it and those before it are whole on the disk.
    func finish() async {
        endFile()
        for file in state.withLock({ $0.ending }) { await file.closed() }
        let now = clock()
        progress.update { progress in
            (progress.state, progress.source.isStalled, progress.files.isLastEmpty) = (
                .stopped, false, false
            )
            progress.stoppedNanoseconds = progress.stoppedNanoseconds ?? now
        }
        disk.condition.ignore(self)
    }
}
