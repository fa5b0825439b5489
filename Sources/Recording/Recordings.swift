import Glibc
public import Muxer
import Reactor
import Timing

/// All recordings of a process, by name: started, watched over and stopped.
public actor Recordings {
    struct Entry {
        let order: RecordingOrder
        let source: RunningSource

        var recording: RunningRecording { order.recording }
    }

    /// Where the files go.
    public nonisolated let folder: String

    let bearer: String?
    let verifiesTLS: Bool
    nonisolated let rooms: RoomFeed?
    var roomLoop: RoomLoop?
    var entries: [String: Entry] = [:]
    /// Those that have been stopped, and are not whole on the disk yet.
    var ending: [RunningRecording] = []
    var former = FormerRecordings()
    nonisolated let writer: DiskWriter
    nonisolated let claims: ClaimedFiles
    nonisolated let storage: any Storage
    /// Servers asked for another session.
    var asking = Errands(limit: Recordings.askingLimit)
    /// Servers told that a session is over, which nobody waits for.
    var leaving = Errands(limit: Recordings.leavingLimit)
    /// The look at the wall clock, each minute.
    var timekeeping = Errands(limit: 1)
    let options: RecordingOptions
    private(set) var formatReport: (@Sendable (_ name: String, _ container: Container) -> Void)?
    /// Looks for what there is of a name.
    let naming = WorkQueue(name: "naming")
    let recovery: FolderRecovery
    let clock: @Sendable () -> Int64
    let report: @Sendable (_ name: String, _ message: String, _ isFinal: Bool) -> Void
    private let lock: FolderLock?
    private var starting: [String: Place?] = [:]

    /// What can be recorded once at a time.
    struct Place: Hashable {
        var room: String
        var source: String

        /// `nil` where it is asked for by a name of its own, and so may be asked for again.
        init?(_ room: String?, _ source: String) {
            guard let room else { return nil }
            (self.room, self.source) = (room, source)
        }
    }

    /// None yet.
    ///
    /// - Parameters:
    ///   - folder: Where the files go.
    ///   - bearer: The token for WHEP sources.
    ///   - verifiesTLS: Whether an `rtsps` camera must prove its name by a certificate that this system
    ///     trusts: few can.
    ///   - options: How recordings are cut into files, unless they are started otherwise.
    ///   - disk: How they are kept.
    ///   - rooms: The rooms of this process, where it has any.
    ///   - clock: Nanoseconds since 1970; asked when a recording is started, and each minute.
    ///   - report: Told of what a person should know, on any thread: it must not block.
    /// - Throws: `folderInUse` while another process, or another of these, records into the folder.
    public init(
        folder: String, bearer: String?, verifiesTLS: Bool = false,
        options: RecordingOptions = RecordingOptions(), disk: DiskOptions = DiskOptions(),
        rooms: RoomFeed? = nil,
        clock: @escaping @Sendable () -> Int64,
        report: @escaping @Sendable (String, String, Bool) -> Void
    ) throws(RecordingError) {
        try self.init(
            folder: folder, on: SystemStorage(), lock: try FolderLock(folder), bearer: bearer,
            verifiesTLS: verifiesTLS,
            options: options, disk: disk, rooms: rooms, clock: clock, report: report)
    }

    init(
        folder: String, on storage: any Storage, lock: FolderLock? = nil, bearer: String?,
        verifiesTLS: Bool = false,
        options: RecordingOptions = RecordingOptions(), disk: DiskOptions = DiskOptions(),
        rooms: RoomFeed? = nil, clock: @escaping @Sendable () -> Int64,
        report: @escaping @Sendable (String, String, Bool) -> Void
    ) throws(RecordingError) {
        (self.folder, self.bearer, self.options, self.rooms) = (folder, bearer, options, rooms)
        (self.verifiesTLS, self.clock, self.report) = (verifiesTLS, clock, report)
        self.lock = lock
        let claims = ClaimedFiles()
        (self.claims, self.storage) = (claims, storage)
        let sweep = Sweep(
            folder: folder, retention: disk.retention, claims: claims,
            clock: { clock() / 1_000_000_000 },
            onDelete: { report(folder, "\($0) is deleted to keep within the limits", false) })
        do {
            writer = try DiskWriter(storage: storage, policy: disk.sync, sweep: sweep)
            let (begun, isAlone) = (FolderReading(folder: folder).now, lock != nil)
            recovery = try FolderRecovery {
                Recovery(
                    storage: storage, folder: folder, claims: claims,
                    bootSeconds: clock() / 1_000_000_000 - uptimeSeconds(),
                    nowSeconds: clock() / 1_000_000_000,
                    forgetNotes: {
                        guard isAlone else { return [] }
                        return StoredNote.removeStrays(in: folder, before: begun, claims)
                    })
            }
        } catch { throw .system(error.description) }
    }

    /// Waits until what an earlier crash left in the folder is whole again. Recordings may begin before.
    public nonisolated func recovered() async -> RecoveryReport { await recovery.report() }

    /// How the disk stands that the files go to.
    public nonisolated var disk: DiskCondition { writer.condition }

    /// Starts to record `source`, which need not be there yet: an `rtsp`, `rtsps` or WHEP URL, or the SDP of
    /// a session that is sent here, as the path of a file that ends with `.sdp`, a `file` URL, or
    /// `rtp://host:port?sdp=path`; or, where the rooms of this process can be recorded, `room:` and a
    /// room's name.
    ///
    /// - Parameters:
    ///   - name: What the recording is called.
    ///   - source: Where it comes from.
    ///   - format: The container's name, where it is not as usual here; an unknown one is told, and
    ///     MPEG-TS written.
    ///   - room: The room that it is a recording of, where it may be recorded once at a time.
    /// - Throws: What is wrong with what is asked for; `alreadyActive` also while one of that name is being
    ///   stopped, `alreadyRecorded` where the room is recorded from that source.
    public func start(
        _ name: String, source: String, format: String? = nil, of room: String? = nil
    ) async throws(RecordingError) {
        guard RecordingName.isWellFormed(name) else { throw .malformedName }
        let place = Place(room, source)
        if let place, let other = recording(of: place) { throw .alreadyRecorded(as: other) }
        guard entries[name] == nil, !starting.keys.contains(name),
            !ending.contains(where: { $0.name == name })
        else { throw .alreadyActive }
        starting.updateValue(place, forKey: name)
        defer { starting.removeValue(forKey: name) }
        // Read aside: a folder may be large.
        let newest = try? await naming.run { [folder] in
            FolderReading(folder: folder).newestSeconds(of: name)
        }
        try await begin(order(name, source, format: format, of: room, after: newest ?? nil))
    }

    /// What a room is being recorded as from that source; `nil` where it is not, or what was begun has come
    /// to an end by itself.
    private func recording(of place: Place) -> String? {
        let running = entries.first {
            Place($1.order.room, $1.order.source) == place
                && $1.recording.progress.snapshot.state != .stopped
        }?.key
        return running ?? starting.first { $1 == place }?.key
    }

    /// Tells from now on what the files of recordings are that are started: with the first file, and
    /// wherever that changes.
    ///
    /// - Parameter report: Told on any thread: it must not block.
    public func reportFormats(
        to report: @escaping @Sendable (_ name: String, _ container: Container) -> Void
    ) {
        formatReport = report
    }

    /// A source has begun.
    func add(_ order: RecordingOrder, _ source: RunningSource) {
        entries[order.name] = Entry(order: order, source: source)
        former.supersede(order.name)
        timekeeping.run { [weak self] in
            while (try? await Task.sleep(for: Self.clockInterval)) != nil {
                await self?.tellClock()
            }
        }
    }

    /// Has recordings date by the wall clock as it is now what they begin from now on: it may be set
    /// long after a boot, and while a host is suspended the monotonic one stands still.
    func tellClock() {
        let now = ClockMap(instant: .now(), unixNanoseconds: clock())
        for entry in entries.values { entry.recording.follow(now) }
    }

    private static let clockInterval = Duration.seconds(60)
    /// As many recordings as a process may have of rooms, and more.
    static let askingLimit = 4096
    /// Each has a thread for two seconds at most; servers forget by themselves as well, later.
    static let leavingLimit = 64
}

/// How long this system has been up, sleep included.
private func uptimeSeconds() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_BOOTTIME, &time)
    return Int64(time.tv_sec) + 1
}
