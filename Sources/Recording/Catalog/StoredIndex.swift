import Muxer

/// What the index beside a file says, read whole.
struct StoredIndex: Sendable {
    /// The parts that are in the file as well.
    let snapshot: LiveIndex.Snapshot
    /// What stands for the index as it was read; `nil` where its mark says that it is the last word.
    let tag: String?

    /// Reads the index of the file at `path`, which takes its time; `nil` where nothing is known of it.
    init?(of path: String) {
        guard let octets = OpenRecording(path + RecordingName.indexSuffix),
            let data = OpenRecording(path),
            let bytes = try? octets.read(at: 0, count: Int(clamping: octets.byteCount)),
            var reader = try? IndexReader(bytes.span.bytes)
        else { return nil }
        var snapshot = LiveIndex.Snapshot()
        (snapshot.path, snapshot.header, snapshot.isFinished) = (path, reader.header, true)
        snapshot.byteCount = data.byteCount
        reader.forEachMendedPart(upTo: data.byteCount) { snapshot.append($0) }
        snapshot.forgetParts()
        self.snapshot = snapshot
        let isMarked = bytes.suffix(ClosingMark.bytes.count) == ClosingMark.bytes[...]
        tag = isMarked ? nil : octets.tag
    }

    /// What stands for the index of the file at `path` as it is now.
    static func tag(of path: String) -> String? {
        OpenRecording(path + RecordingName.indexSuffix)?.tag
    }
}

extension LiveIndex.Snapshot {
    /// Of a finished file the segments are asked for, and by those who have followed it the last parts.
    fileprivate mutating func forgetParts() {
        let count = partCount
        parts = Array(parts.suffix(100))
        firstPart = count - parts.count
    }
}
