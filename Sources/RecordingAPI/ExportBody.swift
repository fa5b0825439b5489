import Muxer
import Recording
import Web

/// A time range of a recording as one MP4, or one WebM where it is recorded as that: its segments one
/// behind the other, their times moved so that it begins at zero and has no seam between files. Nothing
/// is decoded, and no more than one file's parts are in memory. The first file's edit lists hold for
/// all of it: where another one's say otherwise, the times of its fragments make up for that.
actor ExportBody {
    /// What it is.
    nonisolated let mediaType: String
    /// What its name ends with, behind the dot.
    nonisolated let fileExtension: String
    /// Octets of the files that are copied: of MP4 exactly what comes out, of others nearly.
    nonisolated let sourceByteCount: UInt64
    /// How many octets come out, where that is known beforehand.
    nonisolated let byteCount: Int?

    private let cutter: PieceCutter
    private let hold: FileHold
    private let isWebM: Bool
    private var hasHeader = false
    private var stretches: ArraySlice<Stretch>
    /// What is left of the first of these, once it has been opened.
    private var open: (file: RecordedFile, segments: ArraySlice<IndexedPart>)?
    /// Nanoseconds of media in the stretches before.
    private var elapsed: Int64 = 0
    /// How long before the first key frame the sound that goes with it begins.
    private var lead: Int64?
    private var fragment: UInt32 = 1
    /// Where the first file's tracks begin to count.
    private var offsets: [Int64]?

    /// What comes out of these stretches; `nil` where there are none, or they do not fit one head.
    init?(_ stretches: [Stretch], cutter: PieceCutter) {
        guard let first = stretches.first?.file, let formats = first.header?.formats else {
            return nil
        }
        let fits = stretches.allSatisfy { stretch in
            stretch.file.isWebM == first.isWebM && stretch.file.header?.formats == formats
        }
        guard fits else { return nil }
        (self.stretches, self.cutter, isWebM) = (stretches[...], cutter, first.isWebM)
        (mediaType, fileExtension) = (first.playedType, first.isWebM ? "webm" : "mp4")
        sourceByteCount = stretches.reduce(0) { $0 + UInt64($1.octets.count) }
        let isCopied = stretches.allSatisfy { stretch in
            let container = stretch.file.header?.container
            return container == .fmp4 || container == .mp4
        }
        // Before the first part stands the head.
        byteCount = isCopied ? Int(clamping: first.parts.lowerBound + sourceByteCount) : nil
        hold = cutter.catalog.hold(stretches.map(\.file.file))
    }

    /// Its octets, a segment at a time.
    nonisolated var pieces: HTTPPieces {
        HTTPPieces(byteCount: byteCount) { try await self.next() }
    }

    private func next() async throws -> [UInt8]? {
        while let stretch = stretches.first {
            guard let (file, segments) = open else {
                open = try await opened(stretch)
                continue
            }
            guard hasHeader else {
                hasHeader = true
                return try await cutter.initialization(of: file)
            }
            guard let segment = segments.first else {
                leave(stretch)
                continue
            }
            open?.segments.removeFirst()
            let octets = try await cutter.fragments(of: segment, in: file)
            return moved(octets, back: stretch.start - elapsed, of: file)
        }
        return nil
    }

    private func opened(
        _ stretch: Stretch
    ) async throws -> (file: RecordedFile, segments: ArraySlice<IndexedPart>) {
        guard let file = try await cutter.catalog.file(stretch.file.file),
            let segments = stretch.segments(of: file)
        else { throw PieceCutter.Failure.missing }
        return (file, segments[...])
    }

    private func leave(_ stretch: Stretch) {
        hold.finished(stretch.file.file)
        stretches.removeFirst()
        elapsed = elapsed.followed(by: stretch.duration(before: stretches.first))
        open = nil
    }

    private func moved(
        _ octets: [UInt8], back start: Int64, of file: RecordedFile
    ) -> [UInt8] {
        let timescales = file.index.header?.formats.map(\.movieTimescale) ?? []
        let lead = lead ?? lead(of: octets, before: start, timescales)
        self.lead = lead
        let nanoseconds = start - lead
        guard !isWebM else {
            let half: Int64 = nanoseconds < 0 ? -500_000 : 500_000
            return ClusterWalk.moved(octets, by: (nanoseconds + half) / 1_000_000)
        }
        var fragments = octets
        let own = file.trackOffsets
        let first = offsets ?? own
        offsets = first
        FragmentWalk.shift(
            &fragments, timescales: timescales, by: nanoseconds,
            extra: zip(first, own).map { $0 &- $1 })
        FragmentWalk.renumber(&fragments, from: &fragment)
        return fragments
    }

    /// Nothing of the first segment may be moved to before zero: it would be heard late instead.
    private func lead(of octets: [UInt8], before start: Int64, _ timescales: [Int64]) -> Int64 {
        let bytes = octets.span.bytes
        let earliest =
            isWebM
            ? ClusterWalk.earliest(in: bytes).map { $0.multipliedReportingOverflow(by: 1_000_000) }
                .flatMap { $0.overflow ? nil : $0.partialValue }
            : FragmentWalk.earliest(in: bytes, timescales: timescales)
        guard let earliest else { return 0 }
        let (lead, isOver) = start.subtractingReportingOverflow(earliest)
        return isOver ? 0 : max(lead, 0)
    }
}

extension RecordedFile {
    /// Which ticks behind the file's beginning each track of an MP4 counts from: what its edit list skips
    /// lies before the file's zero, which is when its first sample is shown or heard.
    fileprivate var trackOffsets: [Int64] {
        guard let header = index.header, header.container == .fmp4 || header.container == .mp4
        else { return [] }
        let zero = header.origin.nanoseconds - start
        return zip(header.formats, MovieEdits.skipped(by: header.initialization)).map {
            let (seconds, rest) = zero.quotientAndRemainder(dividingBy: 1_000_000_000)
            let scale = $0.movieTimescale
            return seconds &* scale &+ (rest * scale + 500_000_000) / 1_000_000_000 &- $1
        }
    }
}
