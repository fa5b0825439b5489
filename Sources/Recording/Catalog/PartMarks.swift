import Muxer

/// Where in the index beside a file its parts stand, every sixty-fourth of them: a part is found by its
/// offset without reading the whole index for it, and so is that there is none.
struct PartMarks: Sendable {
    private struct Mark: Sendable {
        /// Of a part in the file.
        var offset: UInt64
        /// Of its record in the index.
        var position: UInt64
    }

    /// What stands for the index as it was read.
    private(set) var tag: String
    private let header: IndexHeader
    private var marks: [Mark] = []
    private var partCount = 0
    private var newest: UInt64 = 0
    /// Octets of the index that have been read.
    private var end: UInt64

    /// Reads a whole index; `nil` where it is none.
    init?(_ index: OpenRecording) {
        guard var pieces = IndexPieces(index) else { return nil }
        (tag, header, end) = (index.tag, pieces.header, pieces.end)
        take(&pieces)
    }

    /// Reads what has come to an index that has grown.
    mutating func readOn(in index: OpenRecording) {
        guard index.tag != tag, index.byteCount > end else { return }
        tag = index.tag
        var pieces = IndexPieces(index, continuing: header, at: end)
        take(&pieces)
    }

    private mutating func take(_ pieces: inout IndexPieces) {
        pieces.forEachPart { part, position in
            guard part.offset >= newest else { return false }
            if partCount.isMultiple(of: Self.step) {
                marks.append(Mark(offset: part.offset, position: position))
            }
            (partCount, newest) = (partCount + 1, part.offset)
            return true
        }
        end = pieces.end
    }

    /// The part that begins at `offset`, behind those that come before it; none where there is no such
    /// part within `byteCount` octets.
    func parts(upTo offset: UInt64, in index: OpenRecording, byteCount: UInt64) -> [IndexedPart] {
        let next = place(behind: offset)
        guard next > 0, offset <= newest else { return [] }
        let first = marks[max(next - 2, 0)].position
        let past = next < marks.count ? marks[next].position : end
        guard let octets = try? index.read(at: first, count: Int(clamping: past - first)) else {
            return []
        }
        var reader = IndexReader(octets.span.bytes, continuing: header)
        var parts: [IndexedPart] = []
        while let part = reader.next(), part.offset <= offset, part.end <= byteCount {
            if parts.count == Self.neighbours { parts.removeFirst() }
            parts.append(part)
        }
        return parts.last?.offset == offset ? parts : []
    }

    /// The parts that lie in these octets of the file, as far as their records are whole.
    func parts(in octets: Range<UInt64>, in index: OpenRecording) -> [IndexedPart] {
        guard !octets.isEmpty, !marks.isEmpty else { return [] }
        let first = marks[max(place(behind: octets.lowerBound) - 1, 0)].position
        let next = place(behind: octets.upperBound - 1)
        let past = next < marks.count ? marks[next].position : end
        guard past > first,
            let records = try? index.read(at: first, count: Int(clamping: past - first))
        else { return [] }
        var reader = IndexReader(records.span.bytes, continuing: header)
        return reader.readParts().filter {
            $0.offset >= octets.lowerBound && $0.end <= octets.upperBound
        }
    }

    /// The first mark of a part that begins behind `offset`.
    private func place(behind offset: UInt64) -> Int {
        var (low, high) = (0, marks.count)
        while low < high {
            let middle = (low + high) / 2
            if marks[middle].offset > offset { high = middle } else { low = middle + 1 }
        }
        return low
    }

    /// Parts from mark to mark: of a day some 7000 marks, and a few kilobytes to read for one part.
    private static let step = 64
    /// As many as a part needs for the sound that begins before it, and itself.
    private static let neighbours = 4
}
