import Codecs
import Timing
import Wire

/// Where everything of a plain MP4's `moov` lies, once it is known how long its tables are.
struct MovieLayout {
    /// All but the tables' entries.
    private(set) var skeleton: [FileWrite] = []
    private(set) var tables: [SampleTables] = []
    private(set) var end: UInt64

    private let timescale: Int64
    private let origin: Interval

    /// - Parameter start: Where the box goes.
    init(
        _ header: IndexHeader, _ counts: [TableCounts], at start: UInt64
    ) throws(ParseError) {
        origin = header.origin
        end = start
        var tracks: [(track: MovieTrack, counts: TableCounts)] = []
        for (index, format) in header.formats.enumerated() where counts[index].samples > 0 {
            do throws(MuxerError) {
                tracks.append((try MovieTrack(format, index: index), counts[index]))
            } catch { throw .invalid(field: "format", at: index) }
        }
        timescale = Self.commonTimescale(of: tracks.map(\.track.timescale))
        var writer = ByteWriter()
        writer.write(UInt32(0))
        writer.write("moov")
        writeHeader(tracks, to: &writer)
        end += UInt64(writer.count)
        skeleton.append(FileWrite(offset: start, bytes: writer.bytes))
        tables = header.formats.map { _ in
            SampleTables([], hasCompositions: false, hasKeyframes: false)
        }
        var place = 0
        for index in header.formats.indices where counts[index].samples > 0 {
            tables[index] = lay(tracks[place].track, counts[index], id: UInt32(index + 1))
            place += 1
        }
        let size = UInt32(clamping: end - start)
        for (index, shift) in [24, 16, 8, 0].enumerated() {
            skeleton[0].bytes[index] = UInt8(truncatingIfNeeded: size >> UInt32(shift))
        }
    }

    private func writeHeader(
        _ tracks: [(track: MovieTrack, counts: TableCounts)], to writer: inout ByteWriter
    ) {
        let duration = tracks.map { shownUntil($0.track, $0.counts) }.max() ?? 0
        writer.box("mvhd", version: 1) { writer in
            writer.write(zeros: 16)
            writer.write(UInt32(timescale))
            writer.write(UInt64(max(duration, 0)))
            writer.write(UInt32(0x0001_0000))
            writer.write(UInt16(0x0100))
            writer.write(zeros: 10)
            MovieHeader.writeMatrix(to: &writer)
            writer.write(zeros: 24)
            writer.write(UInt32(tracks.count + 1))
        }
    }

    /// Writes a track's boxes up to the first table's head, and places the tables behind.
    private mutating func lay(
        _ plain: MovieTrack, _ counts: TableCounts, id: UInt32
    ) -> SampleTables {
        var track = plain
        let lead = track.ticks(origin) &- (counts.firstTicks ?? 0)
        track.setLead(lead)
        let isVideo = track.format.kind == .video
        let hasKeyframes = isVideo && !counts.areAllKeyframes
        let lengths: [(type: String, count: Int, width: Int)] = [
            ("stts", counts.durations.pairs, 8),
            ("ctts", counts.hasCompositions ? counts.compositions.pairs : 0, 8),
            ("stss", hasKeyframes ? counts.keyframes : 0, 4),
            ("stsc", counts.chunkSizes.pairs, 12), ("stsz", counts.samples, 4),
            ("co64", counts.chunks, 8),
        ]
        let isThere = [true, counts.hasCompositions, hasKeyframes, true, true, true]
        var tablesByteCount = 0
        for (index, length) in lengths.enumerated() where isThere[index] {
            tablesByteCount += Self.headByteCount(length.type) + length.count * length.width
        }
        var writer = ByteWriter()
        writeTrack(track, counts, id: id, tablesByteCount, to: &writer)
        var offsets: [UInt64] = []
        for (index, length) in lengths.enumerated() {
            let octets = length.count * length.width
            if isThere[index] {
                writer.write(UInt32(clamping: Self.headByteCount(length.type) + octets))
                writer.write(length.type)
                writer.write(zeros: length.type == "stsz" ? 8 : 4)
                writer.write(UInt32(length.count))
                skeleton.append(FileWrite(offset: end, bytes: writer.bytes))
                end += UInt64(writer.count)
                writer.removeAll()
            }
            offsets.append(end)
            if isThere[index] { end += UInt64(octets) }
        }
        return SampleTables(
            offsets, hasCompositions: counts.hasCompositions, hasKeyframes: hasKeyframes)
    }

    private func writeTrack(
        _ track: MovieTrack, _ counts: TableCounts, id: UInt32, _ tablesByteCount: Int,
        to writer: inout ByteWriter
    ) {
        let isVideo = track.format.kind == .video
        let first = counts.firstTicks ?? 0
        let trak = writer.open("trak")
        writer.box("tkhd", version: 1, flags: 3) { writer in
            writer.write(zeros: 16)
            writer.write(id)
            writer.write(zeros: 4)
            writer.write(UInt64(max(shownUntil(track, counts), 0)))
            writer.write(zeros: 10)
            writer.write(UInt16(isVideo ? 0 : 1))  // alternate group
            writer.write(UInt16(isVideo ? 0 : 0x0100))  // volume
            writer.write(zeros: 2)
            MovieHeader.writeMatrix(to: &writer)
            writer.write(UInt32(track.entry.shape.width) << 16)
            writer.write(UInt32(track.entry.shape.height) << 16)
        }
        writeEdits(track, counts, to: &writer)
        let mdia = writer.open("mdia")
        writer.box("mdhd", version: 1) { writer in
            writer.write(zeros: 16)
            writer.write(UInt32(track.timescale))
            writer.write(UInt64(max(counts.endTicks &- first, 0)))
            writer.write(UInt32(0x55C4_0000))  // language: undetermined
        }
        MovieHeader.writeMedia(isVideo: isVideo, to: &writer)
        let minf = writer.open("minf")
        MovieHeader.writeReference(isVideo: isVideo, to: &writer)
        let stbl = writer.open("stbl")
        MovieHeader.writeDescription(of: track, to: &writer)
        for start in [trak, mdia, minf, stbl] {
            writer.patchUInt32(UInt32(clamping: writer.count - start + tablesByteCount), at: start)
        }
    }

    /// A track that is first shown later than the file begins waits; what lies before the file's
    /// zero, or is only decoded before it, is skipped. ffmpeg takes a late first picture for an
    /// early one unless it is told to wait.
    private func writeEdits(
        _ track: MovieTrack, _ counts: TableCounts, to writer: inout ByteWriter
    ) {
        let first = counts.firstTicks ?? 0
        let zero = track.ticks(origin) &- first
        let start = max(zero, counts.firstDelay)
        let delay = start &- zero
        guard start > 0 || delay > 0 else { return }
        let length = scaled(counts.shownEnd &- first &- start, of: track)
        writer.box("edts") { writer in
            writer.box("elst", version: 1) { writer in
                writer.write(UInt32(delay > 0 ? 2 : 1))
                if delay > 0 {
                    writer.write(UInt64(max(scaled(delay, of: track), 0)))
                    writer.write(UInt64.max)
                    writer.write(UInt32(0x0001_0000))
                }
                writer.write(UInt64(max(length, 0)))
                writer.write(UInt64(max(start, 0)))
                writer.write(UInt32(0x0001_0000))
            }
        }
    }

    /// When a track ends, by the file's clock.
    private func shownUntil(_ track: MovieTrack, _ counts: TableCounts) -> Int64 {
        scaled(counts.shownEnd &- track.ticks(origin), of: track)
    }

    private func scaled(_ ticks: Int64, of track: MovieTrack) -> Int64 {
        ticks.multipliedReportingOverflow(by: timescale / track.timescale).partialValue
    }

    private static func headByteCount(_ type: String) -> Int { type == "stsz" ? 20 : 16 }

    /// Ticks in a second that every track's divide, so that edits are exact.
    private static func commonTimescale(of scales: [Int64]) -> Int64 {
        scales.reduce(1) { common, scale in
            var (larger, smaller) = (common, scale)
            while smaller != 0 { (larger, smaller) = (smaller, larger % smaller) }
            let multiple = common / max(larger, 1) * scale
            return multiple <= Int64(Int32.max) ? multiple : common
        }
    }
}

extension ByteWriter {
    /// Begins a box whose size is patched in later, at the offset returned.
    mutating func open(_ type: String) -> Int {
        defer {
            write(UInt32(0))
            write(type)
        }
        return count
    }
}
