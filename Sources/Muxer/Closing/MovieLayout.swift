import Codecs
import Timing
import Wire

/// Where everything of a plain MP4's `moov` lies, once it is known how long its tables are.
struct MovieLayout {
    /// All but the tables' entries.
    private(set) var skeleton: [FileWrite] = []
    private(set) var tables: [SampleTables] = []
    private(set) var end: UInt64

    private let line: MovieLine

    /// - Parameters:
    ///   - hasOtherSets: Whether pictures have come with other parameter sets than the first ones.
    ///   - start: Where the box goes.
    init(
        _ header: IndexHeader, _ counts: [TableCounts], hasOtherSets: Bool, at start: UInt64
    ) throws(ParseError) {
        end = start
        var tracks: [(track: MovieTrack, counts: TableCounts)] = []
        for (index, format) in header.formats.enumerated() where counts[index].samples > 0 {
            do throws(MuxerError) {
                var track = try MovieTrack(format, index: index)
                if hasOtherSets { track.tellSetsInStream() }
                tracks.append((track, counts[index]))
            } catch { throw .invalid(field: "format", at: index) }
        }
        line = MovieLine(origin: header.origin, of: tracks.map(\.track))
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
        let duration = tracks.map { line.shownUntil($0.track, $0.counts) }.max() ?? 0
        writer.box("mvhd", version: 1) { writer in
            writer.write(zeros: 16)
            writer.write(UInt32(line.timescale))
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
        let boxes = TrackBoxes(plain, counts, id: id, on: line)
        var writer = ByteWriter()
        boxes.write(to: &writer)
        var offsets: [UInt64] = []
        for table in boxes.tables {
            if table.isThere {
                table.writeHead(to: &writer)
                skeleton.append(FileWrite(offset: end, bytes: writer.bytes))
                end += UInt64(writer.count)
                writer.removeAll()
            }
            offsets.append(end)
            if table.isThere { end += UInt64(table.entriesByteCount) }
        }
        return SampleTables(
            offsets, hasCompositions: counts.hasCompositions, hasKeyframes: boxes.hasKeyframes)
    }
}
