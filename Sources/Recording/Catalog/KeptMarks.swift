import Muxer
import Synchronization

/// The marks of the files whose parts were asked for last: an index is read whole once for them, by one
/// caller while others wait, and then in a place of it.
final class KeptMarks: Sendable {
    private struct Kept: Sendable {
        var path: String
        var marks: PartMarks
    }

    /// What was asked for last comes last.
    private let kept = Mutex<[Kept]>([])

    /// The part of the file at `path` that begins at `offset`, however long ago it was the newest, behind
    /// those that come before it; none where there is no such part.
    ///
    /// - Parameter isGrowing: Whether it is written here: its index only grows then.
    func parts(of path: String, upTo offset: UInt64, isGrowing: Bool) -> [IndexedPart] {
        guard let index = OpenRecording(path + RecordingName.indexSuffix),
            let data = OpenRecording(path)
        else { return [] }
        return marks(of: path, index, isGrowing: isGrowing)?.parts(
            upTo: offset, in: index, byteCount: data.byteCount) ?? []
    }

    /// The parts in these octets of the file at `path`, however long ago they were the newest.
    ///
    /// - Parameter isGrowing: Whether it is written here: its index only grows then.
    func parts(of path: String, in octets: Range<UInt64>, isGrowing: Bool) -> [IndexedPart] {
        guard let index = OpenRecording(path + RecordingName.indexSuffix) else { return [] }
        return marks(of: path, index, isGrowing: isGrowing)?.parts(in: octets, in: index) ?? []
    }

    private func marks(of path: String, _ index: OpenRecording, isGrowing: Bool) -> PartMarks? {
        kept.withLock { kept -> PartMarks? in
            var known: PartMarks?
            if let place = kept.firstIndex(where: { $0.path == path }) {
                known = kept.remove(at: place).marks
            }
            if isGrowing { known?.readOn(in: index) }
            if known?.tag != index.tag { known = PartMarks(index) }
            guard let known else { return nil }
            if kept.count >= Self.limit { kept.removeFirst() }
            kept.append(Kept(path: path, marks: known))
            return known
        }
    }

    /// Files whose marks are kept now.
    var count: Int { kept.withLock { $0.count } }

    /// Files whose marks are kept, each of a day some 100 KB.
    static let limit = 64
}
