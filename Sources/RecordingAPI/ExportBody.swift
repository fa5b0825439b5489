import Muxer
import Recording
import Synchronization
import Web

/// A time range of a recording as one MP4, or one WebM where it is recorded as that: its segments one
/// behind the other, their times moved so that it begins at zero and has no seam between files. Nothing
/// is decoded. The first file's edit list holds for all of it.
final class ExportBody: Sendable {
    private struct Progress {
        var hasHeader = false
        var stretch = 0
        var segment = 0
        /// Nanoseconds of media in the stretches before.
        var elapsed: Int64 = 0
        var fragment: UInt32 = 1
    }

    private let stretches: [Stretch]
    private let first: RecordedFile
    private let cutter: PieceCutter
    private let hold: FileHold
    private let progress = Mutex(Progress())

    /// What comes out of these stretches; `nil` where there are none, or they do not fit one head.
    init?(_ stretches: [Stretch], cutter: PieceCutter) {
        guard let first = stretches.first?.file, let header = first.index.header else { return nil }
        let fits = stretches.allSatisfy { stretch in
            stretch.file.isWebM == first.isWebM
                && stretch.file.index.header?.formats == header.formats
        }
        guard fits else { return nil }
        (self.stretches, self.first, self.cutter) = (stretches, first, cutter)
        hold = cutter.catalog.hold(stretches.map(\.file.file))
    }

    /// All of some files.
    convenience init?(_ files: [RecordedFile], cutter: PieceCutter) {
        self.init(files.stretches(), cutter: cutter)
    }

    /// What it is.
    var mediaType: String { first.playedType }

    /// What its name ends with, behind the dot.
    var fileExtension: String { first.isWebM ? "webm" : "mp4" }

    /// Octets of the files that are copied: of MP4 exactly what comes out, of others nearly.
    var sourceByteCount: UInt64 {
        stretches.reduce(0) { $1.segments.reduce($0) { $0 + UInt64($1.byteCount) } }
    }

    /// How many octets come out, where that is known beforehand.
    var byteCount: Int? {
        let isCopied = stretches.allSatisfy { stretch in
            let container = stretch.file.index.header?.container
            return container == .fmp4 || container == .mp4
        }
        guard isCopied, let header = first.index.header else { return nil }
        return header.headerByteCount + Int(clamping: sourceByteCount)
    }

    /// Its octets, a segment at a time.
    var pieces: HTTPPieces { HTTPPieces(byteCount: byteCount) { try await self.next() } }

    private func next() async throws -> [UInt8]? {
        let isHead = progress.withLock { progress in
            defer { progress.hasHeader = true }
            return !progress.hasHeader
        }
        if isHead { return try await cutter.initialization(of: first) }
        guard let (segment, stretch, elapsed) = takeSegment() else { return nil }
        let octets = try await cutter.fragments(of: segment, in: stretch.file)
        let start = (stretch.segments.first?.start.nanoseconds ?? 0) - stretch.file.start
        return moved(octets, back: start - elapsed, header: stretch.file.index.header)
    }

    private func takeSegment() -> (IndexedPart, Stretch, Int64)? {
        progress.withLock { progress in
            while progress.stretch < stretches.count {
                let stretch = stretches[progress.stretch]
                let place = stretch.segments.startIndex + progress.segment
                guard place >= stretch.segments.endIndex else {
                    progress.segment += 1
                    return (stretch.segments[place], stretch, progress.elapsed)
                }
                hold.finished(stretch.file.file)
                (progress.stretch, progress.segment) = (progress.stretch + 1, 0)
                progress.elapsed += stretch.duration
            }
            return nil
        }
    }

    private func moved(
        _ octets: [UInt8], back nanoseconds: Int64, header: IndexHeader?
    ) -> [UInt8] {
        guard !first.isWebM else {
            let half: Int64 = nanoseconds < 0 ? -500_000 : 500_000
            return ClusterWalk.moved(octets, by: (nanoseconds + half) / 1_000_000)
        }
        var fragments = octets
        FragmentWalk.shift(
            &fragments, timescales: header?.formats.map(\.movieTimescale) ?? [], by: nanoseconds)
        progress.withLock { FragmentWalk.renumber(&fragments, from: &$0.fragment) }
        return fragments
    }
}
