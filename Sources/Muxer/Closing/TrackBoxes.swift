import Timing
import Wire

/// One track of a plain MP4: its boxes up to the tables, and how long these will be.
struct TrackBoxes {
    /// The six kinds of table, in the order they stand in the file.
    let tables: [TableSize]
    /// Whether key frames are listed: where each sample is one, there is nothing to list.
    let hasKeyframes: Bool

    private let track: MovieTrack
    private let counts: TableCounts
    private let id: UInt32
    private let line: MovieLine
    private let isVideo: Bool

    init(_ plain: MovieTrack, _ counts: TableCounts, id: UInt32, on line: MovieLine) {
        var track = plain
        track.setLead(track.ticks(line.origin) &- (counts.firstTicks ?? 0))
        isVideo = track.format.kind == .video
        hasKeyframes = isVideo && !counts.areAllKeyframes
        (self.track, self.counts, self.id, self.line) = (track, counts, id, line)
        tables = [
            TableSize(type: "stts", count: counts.durations.pairs, width: 8),
            TableSize(
                type: "ctts", count: counts.hasCompositions ? counts.compositions.pairs : 0,
                width: 8, isThere: counts.hasCompositions),
            TableSize(
                type: "stss", count: hasKeyframes ? counts.keyframes : 0, width: 4,
                isThere: hasKeyframes),
            TableSize(type: "stsc", count: counts.chunkSizes.pairs, width: 12),
            TableSize(type: "stsz", count: counts.samples, width: 4),
            TableSize(type: "co64", count: counts.chunks, width: 8),
        ]
    }

    /// Writes all that stands before the tables, as long as it will be with them.
    func write(to writer: inout ByteWriter) {
        let trak = writer.open("trak")
        writeHeader(to: &writer)
        writeEdits(to: &writer)
        let mdia = writer.open("mdia")
        writer.box("mdhd", version: 1) { writer in
            writer.write(zeros: 16)
            writer.write(UInt32(track.timescale))
            writer.write(UInt64(max(counts.endTicks &- (counts.firstTicks ?? 0), 0)))
            writer.write(UInt32(0x55C4_0000))  // language: undetermined
        }
        MovieHeader.writeMedia(isVideo: isVideo, to: &writer)
        let minf = writer.open("minf")
        MovieHeader.writeReference(isVideo: isVideo, to: &writer)
        let stbl = writer.open("stbl")
        MovieHeader.writeDescription(of: track, to: &writer)
        let tablesByteCount = tables.reduce(0) { $0 + $1.byteCount }
        for start in [trak, mdia, minf, stbl] {
            writer.patchUInt32(UInt32(clamping: writer.count - start + tablesByteCount), at: start)
        }
    }

    private func writeHeader(to writer: inout ByteWriter) {
        writer.box("tkhd", version: 1, flags: 3) { writer in
            writer.write(zeros: 16)
            writer.write(id)
            writer.write(zeros: 4)
            writer.write(UInt64(max(line.shownUntil(track, counts), 0)))
            writer.write(zeros: 10)
            writer.write(UInt16(isVideo ? 0 : 1))  // alternate group
            writer.write(UInt16(isVideo ? 0 : 0x0100))  // volume
            writer.write(zeros: 2)
            MovieHeader.writeMatrix(to: &writer)
            writer.write(UInt32(track.entry.shape.width) << 16)
            writer.write(UInt32(track.entry.shape.height) << 16)
        }
    }

    /// A track that is first shown later than the file begins waits; what lies before the file's
    /// zero, or is only decoded before it, is skipped. ffmpeg takes a late first picture for an
    /// early one unless it is told to wait.
    private func writeEdits(to writer: inout ByteWriter) {
        let first = counts.firstTicks ?? 0
        let zero = track.ticks(line.origin) &- first
        let start = max(zero, counts.firstDelay)
        let delay = start &- zero
        // Reordered pictures may be shown when all have been decoded: GStreamer drops what lies behind.
        let outlasts = counts.shownEnd > counts.endTicks
        guard start > 0 || delay > 0 || outlasts else { return }
        let length = line.scaled(counts.shownEnd &- first &- start, of: track)
        writer.box("edts") { writer in
            writer.box("elst", version: 1) { writer in
                writer.write(UInt32(delay > 0 ? 2 : 1))
                if delay > 0 {
                    writer.write(UInt64(max(line.scaled(delay, of: track), 0)))
                    writer.write(UInt64.max)
                    writer.write(UInt32(0x0001_0000))
                }
                writer.write(UInt64(max(length, 0)))
                writer.write(UInt64(max(start, 0)))
                writer.write(UInt32(0x0001_0000))
            }
        }
    }
}

/// One table of a track, before its entries are known.
struct TableSize {
    let type: String
    /// Its entries.
    let count: Int
    /// Octets of one.
    let width: Int
    /// Whether the file has it at all.
    var isThere = true

    /// Octets of its entries.
    var entriesByteCount: Int { count * width }

    /// Octets of all of it.
    var byteCount: Int { isThere ? headByteCount + entriesByteCount : 0 }

    /// Writes what stands before the entries.
    func writeHead(to writer: inout ByteWriter) {
        writer.write(UInt32(clamping: byteCount))
        writer.write(type)
        writer.write(zeros: type == "stsz" ? 8 : 4)
        writer.write(UInt32(count))
    }

    private var headByteCount: Int { type == "stsz" ? 20 : 16 }
}

extension ByteWriter {
    /// Begins a box whose size is patched in later, at the offset returned.
    fileprivate mutating func open(_ type: String) -> Int {
        defer {
            write(UInt32(0))
            write(type)
        }
        return count
    }
}
