import Muxer
import Recording
import Synchronization
import Web

/// A time range of one file as MP4: its segments one behind the other, their times moved so that it
/// begins at zero. Nothing is decoded.
final class ExportBody: Sendable {
    private let file: RecordedFile
    private let segments: ArraySlice<IndexedPart>
    private let cutter: PieceCutter
    private let place: Mutex<Int?> = Mutex(nil)

    /// From the key frame at or before `from` up to the one at or behind `to`, both nanoseconds of
    /// the file; `nil` where that is nothing.
    init?(_ file: RecordedFile, from: Int64, to: Int64, cutter: PieceCutter) {
        guard to > max(from, 0), let first = file.segment(at: from),
            let last = file.segment(at: to - 1)
        else { return nil }
        (self.file, self.cutter) = (file, cutter)
        segments = file.index.spans[first...last]
    }

    /// Octets of the file that are copied: of MP4 exactly what comes out, of MPEG-TS a few more.
    var sourceByteCount: UInt64 { segments.reduce(0) { $0 + UInt64($1.byteCount) } }

    /// How many octets come out, where that is known beforehand.
    var byteCount: Int? {
        guard let header = file.index.header, header.container != .mpegts else { return nil }
        return header.headerByteCount + Int(clamping: sourceByteCount)
    }

    /// Its octets, a segment at a time.
    var pieces: HTTPPieces { HTTPPieces(byteCount: byteCount) { try await self.next() } }

    private func next() async throws -> [UInt8]? {
        let index = place.withLock { place in
            defer { place = (place ?? segments.startIndex - 1) + 1 }
            return place
        }
        guard let index else { return try await cutter.initialization(of: file) }
        guard index < segments.endIndex, let header = file.index.header else { return nil }
        var fragments = try await cutter.fragments(of: segments[index], in: file)
        let moved = (segments.first?.start.nanoseconds ?? 0) - file.start
        FragmentWalk.shift(
            &fragments, timescales: header.formats.map(\.movieTimescale), by: moved)
        return fragments
    }
}
