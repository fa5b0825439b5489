import Glibc
import Muxer
import RTSP
import Reactor
import WHIP

/// All recordings of a process, by name: started, watched over and stopped.
public actor Recordings {
    /// How one recording stands.
    public struct Status: Hashable, Sendable {
        /// Its name.
        public var name: String
        /// What can be seen of it.
        public var progress: RecordingProgress.Snapshot
    }

    /// What all recordings since the start have come to.
    public struct Totals: Hashable, Sendable {
        /// Frames and octets.
        public internal(set) var statistics = RecordingStatistics()
        /// Times that a source went away.
        public internal(set) var interruptions: UInt64 = 0
        /// Times that a source stayed and sent nothing.
        public internal(set) var stalls: UInt64 = 0
        /// Files begun.
        public internal(set) var files: UInt64 = 0
        /// Those that ended before their time, because the disk refused them or was too slow.
        public internal(set) var tornFiles: UInt64 = 0
        /// Octets that the disk was too slow for.
        public internal(set) var droppedBytes: UInt64 = 0

        mutating func add(_ progress: RecordingProgress.Snapshot) {
            statistics.add(progress.total)
            interruptions += progress.interruptionCount
            stalls += progress.stallCount
            files += UInt64(progress.fileCount)
            tornFiles += progress.tornFileCount
            droppedBytes += progress.droppedBytes
        }
    }

    enum Loop {
        case camera(LoopHandle<CameraRecorder>)
        case watcher(LoopHandle<WatchRecorder>)
        case plain(LoopHandle<PlainRecorder>)
    }

    struct Entry {
        let recording: RunningRecording
        let loop: Loop
        let resource: WHIPSession?
        let source: String
        let options: RecordingOptions
    }

    /// Where the files go.
    public nonisolated let folder: String

    let bearer: String?
    var entries: [String: Entry] = [:]
    private let options: RecordingOptions
    nonisolated let writer: DiskWriter
    private let recovery: FolderRecovery
    private let clock: @Sendable () -> Int64
    private let report: @Sendable (_ name: String, _ message: String, _ isFinal: Bool) -> Void
    private var starting: Set<String> = []
    /// Sessions that servers have ended.
    typealias Lost = (name: String, recording: RunningRecording)
    var lost: AsyncStream<Lost>.Continuation?
    var following: Task<Void, Never>?
    private var ended = Totals()
    private var ending: [RunningRecording] = []
    private var former: [String: RecordingProgress.Snapshot] = [:]
    private var formerLive: [(name: String, live: LiveIndex)] = []

    /// None yet.
    ///
    /// - Parameters:
    ///   - folder: Where the files go.
    ///   - bearer: The token for WHEP sources.
    ///   - options: How recordings are cut into files, unless they are started otherwise.
    ///   - disk: How they are kept.
    ///   - clock: Nanoseconds since 1970.
    ///   - report: Told of what a person should know, on any thread: it must not block.
    public init(
        folder: String, bearer: String?, options: RecordingOptions = RecordingOptions(),
        disk: DiskOptions = DiskOptions(), clock: @escaping @Sendable () -> Int64,
        report: @escaping @Sendable (String, String, Bool) -> Void
    ) throws(RecordingError) {
        try self.init(
            folder: folder, on: SystemStorage(), bearer: bearer, options: options, disk: disk,
            clock: clock, report: report)
    }

    init(
        folder: String, on storage: any Storage, bearer: String?,
        options: RecordingOptions = RecordingOptions(), disk: DiskOptions = DiskOptions(),
        clock: @escaping @Sendable () -> Int64,
        report: @escaping @Sendable (String, String, Bool) -> Void
    ) throws(RecordingError) {
        (self.folder, self.bearer, self.options) = (folder, bearer, options)
        (self.clock, self.report) = (clock, report)
        let claims = ClaimedFiles()
        let sweep = Sweep(
            folder: folder, retention: disk.retention, claims: claims,
            clock: { clock() / 1_000_000_000 },
            onDelete: { report(folder, "\($0) is deleted to keep within the limits", false) })
        do {
            writer = try DiskWriter(storage: storage, policy: disk.sync, sweep: sweep)
            recovery = try FolderRecovery {
                Recovery(
                    storage: storage, folder: folder, claims: claims,
                    bootSeconds: clock() / 1_000_000_000 - uptimeSeconds(),
                    nowSeconds: clock() / 1_000_000_000)
            }
        } catch { throw .system(error.description) }
    }

    /// Waits until what an earlier crash left in the folder is whole again. Recordings may begin before.
    public nonisolated func recovered() async -> RecoveryReport { await recovery.report() }

    deinit { lost?.finish() }

    /// How the disk stands that the files go to.
    public nonisolated var disk: DiskCondition { writer.condition }

    /// Starts to record `source`: an `rtsp`, `rtsps` or WHEP URL, or the SDP of a session that is sent
    /// here, as the path of a file that ends with `.sdp`, a `file` URL, or `rtp://host:port?sdp=path`.
    ///
    /// - Parameters:
    ///   - name: What the recording is called.
    ///   - source: Where it comes from.
    ///   - format: The container's name, where it is not as usual here; an unknown one is told, and
    ///     MPEG-TS written.
    public func start(
        _ name: String, source: String, format: String? = nil
    ) async throws(RecordingError) {
        guard RecordingName.isWellFormed(name) else { throw .malformedName }
        guard entries[name] == nil, !starting.contains(name) else { throw .alreadyActive }
        starting.insert(name)
        defer { starting.remove(name) }
        var options = options
        if let format { options.container = container(named: format, for: name) }
        let recording = RunningRecording(
            folder: folder, name: name, disk: writer.door, clock: clock
        ) { [report] message, isFinal in report(name, message, isFinal) }
        recording.progress.update { $0.container = options.container }
        entries[name] = try await entry(name, source, recording, options)
        former[name] = nil
    }

    private func entry(
        _ name: String, _ source: String, _ recording: RunningRecording,
        _ options: RecordingOptions
    ) async throws(RecordingError) -> Entry {
        let loop: Loop
        if source.hasPrefix("rtsp://") || source.hasPrefix("rtsps://") {
            loop = .camera(try startCamera(source, recording, options))
        } else if let (path, address) = PlainSession.place(source) {
            loop = .plain(try startListening(path, address, recording, options))
        } else if source.hasPrefix("http://") || source.hasPrefix("https://") {
            return try await startWatching(source, name, recording, options)
        } else {
            throw .unsupportedSource
        }
        return Entry(
            recording: recording, loop: loop, resource: nil, source: source, options: options)
    }

    private func container(named format: String, for name: String) -> Container {
        guard let container = Container(named: format) else {
            report(name, "there is no format \(format): MPEG-TS is written", false)
            return .mpegts
        }
        return container
    }

    /// Ends a recording; its file is whole when this returns.
    public func stop(_ name: String) async throws(RecordingError) -> Status {
        guard let entry = entries.removeValue(forKey: name) else { throw .notActive }
        ending.append(entry.recording)
        await end(entry)
        await entry.recording.finish()
        ending.removeAll { $0 === entry.recording }
        if former.count >= Self.formerLimit { former.removeAll() }
        former[name] = entry.recording.progress.snapshot
        ended.add(entry.recording.progress.snapshot)
        formerLive.removeAll { $0.name == name }
        if let live = entry.recording.live { formerLive.append((name, live)) }
        if formerLive.count > Self.formerLiveLimit { formerLive.removeFirst() }
        return Status(name: name, progress: entry.recording.progress.snapshot)
    }

    func end(_ entry: Entry) async {
        switch entry.loop {
        case .camera(let loop):
            loop.post { recorder, now in recorder.close(at: now) }
            await loop.stop()
        case .watcher(let loop):
            loop.post { recorder, now in recorder.close(at: now) }
            await loop.stop()
        case .plain(let loop):
            loop.post { recorder, now in recorder.close(at: now) }
            await loop.stop()
        }
        if let resource = entry.resource { await Self.release(resource) }
    }

    /// Ends all of them.
    public func stopAll() async {
        for name in entries.keys { _ = try? await stop(name) }
        await stopFollowing()
        await writer.settle()
        await recovery.stop()
    }

    /// Those whose files grow, or are being made whole.
    var writing: [RunningRecording] { entries.values.map(\.recording) + ending }

    private func running(_ name: String) -> RunningRecording? {
        entries[name]?.recording ?? ending.last { $0.name == name }
    }

    /// Whether something may still be added to a recording's files: also while it is being stopped.
    public func isWriting(_ name: String) -> Bool {
        if ending.contains(where: { $0.name == name }) { return true }
        return entries[name].map { $0.recording.progress.snapshot.state != "stopped" } ?? false
    }

    /// How one stands, or stood when it was stopped.
    public func status(_ name: String) -> Status? {
        let snapshot = running(name)?.progress.snapshot ?? former[name]
        return snapshot.map { Status(name: name, progress: $0) }
    }

    /// How one stands once a part is in its file, or something has kept it from coming, or `limit`
    /// has passed.
    public func started(_ name: String, within limit: Duration) async -> Status? {
        guard let recording = entries[name]?.recording else { return status(name) }
        let found = await recording.progress.next(within: limit) {
            $0.writtenBytes > 0 || $0.lastFailure != nil || $0.state == "stopped"
        }
        guard found.writtenBytes > 0 else { return Status(name: name, progress: found) }
        _ = await recording.live?.next(after: 0, within: min(limit, .seconds(1)))
        return Status(name: name, progress: recording.progress.snapshot)
    }

    /// The parts of the file that a recording writes, or wrote last; `nil` before its first frame, and
    /// long after its end.
    public func live(_ name: String) -> LiveIndex? {
        guard let recording = running(name) else {
            return formerLive.last { $0.name == name }?.live
        }
        return recording.live
    }

    /// Those that have not been stopped.
    public func active() -> [Status] {
        entries.map { Status(name: $0, progress: $1.recording.progress.snapshot) }
            .sorted { $0.name < $1.name }
    }

    /// What all have come to, those that have been stopped included.
    public func totals() -> Totals {
        var totals = ended
        for recording in writing { totals.add(recording.progress.snapshot) }
        return totals
    }

    private static let formerLimit = 1000
    /// Those of a day take two megabytes each; indexes on the disk have them all.
    private static let formerLiveLimit = 8
}

/// How long this system has been up, sleep included.
private func uptimeSeconds() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_BOOTTIME, &time)
    return Int64(time.tv_sec) + 1
}
