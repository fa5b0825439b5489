import Codecs
import Muxer
import Recording
import Timing

/// The transport streams of a recording's files as one, on one line of time, read as it is taken.
actor JoinedStream {
    /// How many octets come out.
    nonisolated let byteCount: Int

    private struct Source {
        var file: String
        var byteCount: UInt64
        /// How much later it comes than it says itself.
        var shift: Interval
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
        var line = files.first?.start ?? 0
        let sources = files.indices.map { index in
            let file = files[index]
            defer {
                let next = index + 1 < files.count ? files[index + 1] : nil
                line = line &+ file.step(to: next)
            }
            return Source(
                file: file.file, byteCount: file.parts.upperBound / 188 * 188,
                shift: Interval(nanoseconds: line &- file.start))
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
                if let next = sources.first { joiner.nextFile(movedBy: next.shift) }
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

extension FileSummary {
    /// Nanoseconds from its beginning to that of the next one, where they come one behind the other: times
    /// that go on stay as they are, also over a picture or two that never came and where sound reaches
    /// into the next file. A gap that is longer is left out, and so is one between two runs of a
    /// recorder, of which each begins to count anew: there a frame of sound has room, for it ends when it
    /// does beside the pictures, and not with them.
    fileprivate func step(to next: FileSummary?) -> Int64 {
        guard let next else { return duration }
        let step = next.start &- start
        let goesOn = step >= duration / 2 && abs(step &- duration) <= Self.reach
        guard !goesOn, let formats = header?.formats, formats.count > 1 else {
            return goesOn ? step : duration
        }
        return duration &+ (formats.map(\.soundFrame).max() ?? 0)
    }

    private static let reach: Int64 = 1_000_000_000
}

extension TrackFormat {
    /// Nanoseconds that a frame of sound lasts, mostly.
    fileprivate var soundFrame: Int64 {
        switch self {
        case .aac(let configuration):
            Int64(configuration.samplesPerFrame) * 1_000_000_000
                / Int64(max(configuration.sampleRate, 1))
        case .mp3(let rate): 1_152_000_000_000 / Int64(max(rate, 1))
        case .opus: 20_000_000
        case .h264, .h265, .vp8, .vp9, .av1, .g711: 0
        }
    }
}
