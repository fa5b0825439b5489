import Muxer
import Timing

/// What the index beside a file says, read whole.
struct StoredIndex: Sendable {
    /// The parts that are in the file as well.
    let snapshot: LiveIndex.Snapshot
    /// What stands for the index as it was read; `nil` where its mark says that it is the last word.
    let tag: String?

    /// Reads the index of the file at `path`, which takes its time; `nil` where nothing is known of it.
    init?(of path: String) {
        guard let index = OpenRecording(path + RecordingName.indexSuffix),
            let data = OpenRecording(path)
        else { return nil }
        let isMarked = Self.isMarked(index)
        tag = isMarked ? nil : index.tag
        var empty = LiveIndex.Snapshot()
        (empty.path, empty.byteCount, empty.isFinished) = (path, data.byteCount, true)
        let unbroken = isMarked ? Self.unbroken(index, empty) : nil
        guard var snapshot = unbroken ?? Self.mended(index, empty) else { return nil }
        snapshot.forgetParts()
        self.snapshot = snapshot
    }

    /// What stands for the index of the file at `path` as it is now.
    static func tag(of path: String) -> String? {
        OpenRecording(path + RecordingName.indexSuffix)?.tag
    }

    /// Octets of an index that is looked at where it is not marked: those of a day are a tenth of this.
    static let byteLimit: UInt64 = 1 << 30

    private static func isMarked(_ index: OpenRecording) -> Bool {
        let (count, mark) = (index.byteCount, UInt64(ClosingMark.bytes.count))
        guard count > mark else { return false }
        let end = try? index.read(at: count - mark, count: ClosingMark.bytes.count)
        return end == ClosingMark.bytes
    }

    /// What an index holds that was whole on the disk before it was marked. No checksum is reckoned, but
    /// each part must go on where the one before it ended: behind a record that the disk has spoilt
    /// since, none does.
    ///
    /// - Returns: `nil` where some part does not go on so.
    private static func unbroken(
        _ index: OpenRecording, _ empty: LiveIndex.Snapshot
    ) -> LiveIndex.Snapshot? {
        guard var pieces = IndexPieces(index) else { return nil }
        pieces.isTrusted = true
        var snapshot = empty
        snapshot.header = pieces.header
        var (offset, time) = (UInt64(pieces.header.headerByteCount), Interval?.none)
        pieces.forEachPart { part, _ in
            guard part.offset == offset, part.end <= empty.byteCount,
                time ?? part.start == part.start
            else { return false }
            (offset, time) = (part.end, part.start + part.duration)
            snapshot.append(part)
            return true
        }
        let isWhole = pieces.end + UInt64(ClosingMark.bytes.count) == index.byteCount
        return isWhole ? snapshot : nil
    }

    /// What any index holds, also where it is torn: every checksum is reckoned.
    private static func mended(
        _ index: OpenRecording, _ empty: LiveIndex.Snapshot
    ) -> LiveIndex.Snapshot? {
        guard index.byteCount <= byteLimit,
            let bytes = try? index.read(at: 0, count: Int(clamping: index.byteCount)),
            var reader = try? IndexReader(bytes.span.bytes)
        else { return nil }
        var snapshot = empty
        snapshot.header = reader.header
        reader.forEachMendedPart(upTo: empty.byteCount) { snapshot.append($0) }
        return snapshot
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
