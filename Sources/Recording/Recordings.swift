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
    public nonisolated var folder: String { home.path }

    nonisolated let home: RecordingFolder
    let defaults: RecordingDefaults
    nonisolated let rooms: RoomFeed?
    var roomLoop: RoomLoop?
    var entries: [String: Entry] = [:]
    /// Those that have been stopped, and are not whole on the disk yet.
    var ending: [RunningRecording] = []
    /// Those of a list that have not begun.
    var expected: [RecordingOrder] = []
    /// Those that may be started by their names.
    var known: [String: RecordingRequest] = [:]
    var former = FormerRecordings()
    var errands = RecordingErrands()
    private(set) var newsReport: (@Sendable (_ name: String, _ news: RecordingNews) -> Void)?
    let clock: @Sendable () -> Int64
    let report: @Sendable (_ name: String, RecordingReport) -> Void
    private var starting: [String: Place?] = [:]
    /// How often all have been ended: what was asked for before that does not begin behind it.
    var life = 0

    /// What can be recorded once at a time.
    struct Place: Hashable {
        var room: String
        var source: String
        var peer: String?

        /// `nil` where it is asked for by a name of its own, and so may be asked for again.
        init?(_ request: RecordingRequest) {
            guard let room = request.room else { return nil }
            (self.room, source, peer) = (room, request.source, request.peer)
        }
    }

    /// None yet.
    ///
    /// - Parameters:
    ///   - folder: Where the files go.
    ///   - defaults: What recordings are begun with, unless a start says otherwise.
    ///   - disk: How they are kept.
    ///   - rooms: The rooms of this process, where it has any.
    ///   - clock: Nanoseconds since 1970; asked when a recording is started, and each minute.
    ///   - report: Told of what a person should know, on any thread: it must not block.
    /// - Throws: `folderInUse` while another process, or another of these, records into the folder.
    public init(
        folder: String, defaults: RecordingDefaults = RecordingDefaults(),
        disk: DiskOptions = DiskOptions(), rooms: RoomFeed? = nil,
        clock: @escaping @Sendable () -> Int64,
        report: @escaping @Sendable (_ name: String, RecordingReport) -> Void
    ) throws(RecordingError) {
        var location = RecordingFolder.Location(folder, on: SystemStorage(), disk)
        location.lock = try FolderLock(folder)
        try self.init(
            in: location, defaults: defaults, rooms: rooms, clock: clock, report: report)
    }

    init(
        in location: RecordingFolder.Location, defaults: RecordingDefaults = RecordingDefaults(),
        rooms: RoomFeed? = nil, clock: @escaping @Sendable () -> Int64,
        report: @escaping @Sendable (_ name: String, RecordingReport) -> Void
    ) throws(RecordingError) {
        (self.defaults, self.rooms, self.clock, self.report) = (defaults, rooms, clock, report)
        do {
            home = try RecordingFolder(location, clock: { clock() / 1_000_000_000 }) { deletion in
                report(deletion.recording, deletion.report)
            }
        } catch { throw .system(error.description) }
    }

    /// Waits until what an earlier crash left in the folder is whole again. Recordings may begin before.
    public nonisolated func recovered() async -> RecoveryReport { await home.recovery.report() }

    /// How the disk stands that the files go to.
    public nonisolated var disk: DiskCondition { home.writer.condition }

    /// Starts to record a source, which need not be there yet, as usual here.
    ///
    /// - Parameters:
    ///   - name: What the recording is called.
    ///   - source: Where it comes from.
    ///   - format: The container's name, where it is not as usual here.
    ///   - room: The room that it is a recording of, where it may be recorded once at a time.
    /// - Throws: As `start(_:)` does.
    public func start(
        _ name: String, source: String, format: String? = nil, of room: String? = nil
    ) async throws(RecordingError) {
        var request = RecordingRequest(name, source: source)
        (request.format, request.room) = (format, room)
        try await start(request)
    }

    /// Starts to record a source, which need not be there yet: an `rtsp`, `rtsps` or WHEP URL, or the SDP of
    /// a session that is sent here, as the path of a file that ends with `.sdp`, a `file` URL, or
    /// `rtp://host:port?sdp=path`; or, where the rooms of this process can be recorded, `room:` and a
    /// room's name.
    ///
    /// - Throws: What is wrong with what is asked for; `alreadyActive` also while one of that name is being
    ///   stopped, `alreadyRecorded` where the room is recorded from that source, `system` also where all
    ///   are ended meanwhile.
    public func start(_ request: RecordingRequest) async throws(RecordingError) {
        let name = request.name
        guard RecordingName.isWellFormed(name) else { throw .malformedName }
        let place = Place(request)
        if let place, let other = recording(of: place) { throw .alreadyRecorded(as: other) }
        guard isFree(name) else { throw .alreadyActive }
        starting.updateValue(place, forKey: name)
        defer { starting.removeValue(forKey: name) }
        let life = life
        let order = order(request, after: await home.newestSeconds(of: name))
        guard life == self.life else { throw .system(Self.stoppedMeanwhile) }
        do throws(RecordingError) { try await begin(order) } catch {
            guard request.isPatient, !error.isOfRequest, life == self.life else { throw error }
            waitOut(error, order)
        }
    }

    /// Whether none of that name runs, begins or is being stopped.
    func isFree(_ name: String) -> Bool {
        entries[name] == nil && !starting.keys.contains(name)
            && !ending.contains { $0.name == name }
    }

    /// What a room is being recorded as from that source; `nil` where it is not, or what was begun has come
    /// to an end by itself.
    private func recording(of place: Place) -> String? {
        let running = entries.first {
            Place($1.order.request) == place
                && $1.recording.progress.snapshot.state != .stopped
        }?.key
        return running ?? starting.first { $1 == place }?.key
    }

    /// Tells from now on how recordings fare that are started, where all goes well, and whom they wait for.
    ///
    /// - Parameter report: Told on any thread: it must not block.
    public func reportNews(
        to report: @escaping @Sendable (_ name: String, _ news: RecordingNews) -> Void
    ) {
        newsReport = report
    }

    /// A source has begun.
    func add(_ order: RecordingOrder, _ source: RunningSource) {
        entries[order.name] = Entry(order: order, source: source)
        former.supersede(order.name)
        errands.timekeeping.run { [weak self] in
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

    /// Why what was asked for has not begun.
    static let stoppedMeanwhile = "it was stopped meanwhile"
    private static let clockInterval = Duration.seconds(60)
}
