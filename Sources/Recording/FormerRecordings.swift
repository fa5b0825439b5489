import Muxer

/// What is still known of recordings that have been stopped: how each of the last thousand stood, its
/// last file's parts, and what all have come to.
struct FormerRecordings {
    /// What they have come to since the start.
    private(set) var totals = Recordings.Totals()
    private var snapshots: [String: (snapshot: RecordingProgress.Snapshot, number: Int)] = [:]
    private var count = 0
    private var live: [(name: String, live: LiveIndex)] = []

    /// Notes one whose files are whole.
    mutating func keep(_ recording: RunningRecording) {
        let snapshot = recording.progress.snapshot
        totals.add(snapshot)
        if snapshots.count >= Self.limit, snapshots[recording.name] == nil,
            let oldest = snapshots.min(by: { $0.value.number < $1.value.number })
        {
            snapshots[oldest.key] = nil
        }
        count += 1
        snapshots[recording.name] = (snapshot, count)
        live.removeAll { $0.name == recording.name }
        if let last = recording.live { live.append((recording.name, last)) }
        if live.count > Self.liveLimit { live.removeFirst() }
    }

    /// Another one of that name has begun, and is asked about from now on.
    mutating func supersede(_ name: String) { snapshots[name] = nil }

    /// Nothing is known of it any more.
    ///
    /// - Returns: Whether anything was.
    mutating func forget(_ name: String) -> Bool {
        live.removeAll { $0.name == name }
        return snapshots.removeValue(forKey: name) != nil
    }

    /// How one stood when it was stopped.
    func snapshot(of name: String) -> RecordingProgress.Snapshot? {
        snapshots[name]?.snapshot
    }

    /// The parts of the file that it wrote last.
    func live(of name: String) -> LiveIndex? { live.last { $0.name == name }?.live }

    static let limit = 1000
    /// Those of a day take two megabytes each; indexes on the disk have them all.
    private static let liveLimit = 8
}
