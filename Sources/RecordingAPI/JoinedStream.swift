import Muxer
import Recording

/// The transport streams of a recording's files as one, read as it is taken.
actor JoinedStream {
    /// How many octets come out.
    nonisolated let byteCount: Int

    private struct Source {
        var file: String
        var byteCount: UInt64
    }

    private var sources: ArraySlice<Source>
    private let hold: FileHold
    private let catalog: RecordingCatalog
    private var joiner = TransportJoiner()
    private var opened: OpenRecording?
    private var offset: UInt64 = 0

    /// These files as they are now, whole packets of them.
    init(_ files: [FileSummary], catalog: RecordingCatalog) {
        self.catalog = catalog
        let sources = files.map {
            Source(file: $0.file, byteCount: $0.parts.upperBound / 188 * 188)
        }
        self.sources = sources[...]
        hold = catalog.hold(files.map(\.file))
        byteCount = Int(clamping: sources.reduce(0) { $0 + $1.byteCount })
    }

    /// The next octets; `nil` at the end. Of a file that is not what it was there are none: what has
    /// been promised ends short.
    func next() async throws -> [UInt8]? {
        while let source = sources.first {
            let count = Int(min(Self.pieceByteCount, source.byteCount - offset))
            guard count > 0 else {
                sources.removeFirst()
                hold.finished(source.file)
                (opened, offset) = (nil, 0)
                joiner.nextFile()
                continue
            }
            if opened == nil { opened = try await catalog.open(source.file) }
            guard let opened else { throw PieceCutter.Failure.missing }
            let piece = offset..<offset + UInt64(count)
            var octets = try await catalog.reading.attempt { try opened.octets(piece) }
            offset = piece.upperBound
            joiner.join(&octets)
            return octets
        }
        return nil
    }

    /// Whole packets, some 128 KB.
    private static let pieceByteCount: UInt64 = 188 * 700
}
