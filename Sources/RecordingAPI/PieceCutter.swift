import Muxer
import Recording
import Timing

/// Hands out a recording's segments and parts as fragmented MP4, whatever the file is.
struct PieceCutter: Sendable {
    let catalog: RecordingCatalog

    /// Why there is nothing to hand out.
    enum Failure: Error {
        case missing
        case unplayable
    }

    /// What fragments of the file are decoded with.
    func initialization(of file: RecordedFile) async throws -> [UInt8] {
        guard let header = file.index.header else { throw Failure.missing }
        guard header.container == .mpegts else { return header.initialization }
        guard let opened = try await catalog.open(file.file) else { throw Failure.missing }
        return try await catalog.reading.attempt {
            try Self.cutter(file, header, opened).initialization()
        }
    }

    /// The fragments of one segment or part.
    func fragments(of piece: IndexedPart, in file: RecordedFile) async throws -> [UInt8] {
        guard let header = file.index.header, piece.byteCount <= Self.limit else {
            throw Failure.missing
        }
        guard let opened = try await catalog.open(file.file) else { throw Failure.missing }
        return try await catalog.reading.attempt {
            let octets = try opened.octets(piece.offset..<piece.end)
            guard header.container == .mpegts else { return octets }
            let before = Self.lookbehind(of: piece, in: file, header)
            let range = TransportCutter.Range(
                octets: octets,
                before: try opened.octets(before..<piece.offset),
                start: piece.start, end: piece.start + piece.duration,
                hasOtherSets: piece.hasOtherSets)
            return try Self.cutter(file, header, opened).fragments(of: range)
        }
    }

    private static func cutter(
        _ file: RecordedFile, _ header: IndexHeader, _ opened: OpenRecording
    ) throws(StorageError) -> TransportCutter {
        TransportCutter(
            header, origin: Interval(nanoseconds: file.start),
            head: try opened.read(at: 0, count: TransportCutter.headByteCount))
    }

    /// Where to begin to read for the frames of sound that begin in one packet and end in the next. Sound is
    /// gathered for 200 ms.
    private static func lookbehind(
        of piece: IndexedPart, in file: RecordedFile, _ header: IndexHeader
    ) -> UInt64 {
        guard header.formats.contains(where: \.isCutWherePacketsEnd) else { return piece.offset }
        let earlier = file.index.parts.suffix(100).filter { $0.offset < piece.offset }
        if earlier.count >= 3 { return earlier[earlier.count - 3].offset }
        let perSecond = Double(file.byteCount) / max(Double(file.duration) / 1e9, 0.2)
        let octets = min(max(UInt64(perSecond), 65_536), UInt64(TransportCutter.lookbehind))
        // Packets are found where they are expected, from the file's beginning on.
        return piece.offset - min(piece.offset, octets / 188 * 188)
    }

    /// No segment comes so far: of a key frame and what belongs to it that would be gigabits a second.
    private static let limit: UInt32 = 256 << 20
}
