import Codecs
import Timing
public import Wire

/// Makes a WebM recording seekable: what to write behind its clusters, the cues, and the one write at
/// its head that says where they are, how long the file is and how long it lasts.
///
/// Up to `head` the file is the growing one it was. Doing it again changes nothing.
public struct WebMClosing: FileEnding {
    /// Where the file's clusters end. Anything behind it is torn, and overwritten or cut off.
    public let partsEnd: UInt64
    /// The file's length when all has been written.
    public let fileEnd: UInt64
    /// Whether all of the index has been read, and not only what lies before a torn record.
    public let isWhole: Bool
    /// What the file then begins with: at most 512 octets from its very beginning on.
    public let head: FileWrite
    private var cues: FileWrite?

    /// Walks through a recording's whole index once.
    public init(_ index: RawSpan) throws(ParseError) {
        var reader = try IndexReader(index)
        let header = reader.header
        guard header.container == .webm, let room = WebMHeader.Room(header.initialization) else {
            throw .invalid(field: "container", at: 9)
        }
        let track = UInt64((header.formats.firstIndex { $0.kind == .video } ?? 0) + 1)
        var (end, until) = (UInt64(header.headerByteCount), header.origin)
        var points = ByteWriter()
        var last: Interval?
        while let part = reader.next() {
            (end, until) = (max(end, part.end), max(until, part.start + part.duration))
            let isDue = last.map { part.start - $0 >= Self.interval } ?? true
            guard part.isIndependent, isDue, part.offset >= room.segmentStart else { continue }
            last = part.start
            // What earlier versions wrote says when the cluster begins, and no more.
            let began = UInt64(max((part.start - header.origin).nanoseconds, 0) / 1_000_000)
            let time = reader.keyframeMilliseconds ?? began
            points.smallElement(.cuePoint) { writer in
                writer.element(.cueTime, time)
                writer.smallElement(.cueTrackPositions) { writer in
                    writer.element(.cueTrack, track)
                    writer.element(.cueClusterPosition, part.offset - room.segmentStart)
                }
            }
        }
        var writer = ByteWriter()
        writer.element(.cues) { $0.write(points.bytes) }
        (partsEnd, fileEnd) = (end, end + UInt64(writer.count))
        isWhole = reader.isWhole
        cues = FileWrite(offset: end, bytes: writer.bytes)
        let duration = Double(max((until - header.origin).nanoseconds, 0)) / 1e6
        head = FileWrite(
            offset: 0,
            bytes: room.filled(
                header.initialization, cuesAt: partsEnd, fileEnd: fileEnd, duration: duration))
    }

    /// The next octets to write; `nil` when `head` is what is left.
    public mutating func next() -> FileWrite? {
        defer { cues = nil }
        return cues
    }

    /// A place to go to each two seconds: a day of them has a megabyte.
    private static let interval = Interval.seconds(2)
}

extension WebMHeader {
    /// The room that a growing file's header leaves for what is known when it is closed.
    struct Room {
        /// Where the segment's content begins, which positions count from.
        let segmentStart: UInt64
        private let information: Int
        private let informationEnd: Int

        /// `nil` for a header that leaves none.
        init?(_ header: [UInt8]) {
            guard header.count > 8 else { return nil }
            let start = 8 + Int(header[6]) << 8 + Int(header[7]) + 12
            information = start + WebMHeader.seekRoom
            guard header.count > information + 8, header[start] == ElementID.void.octet,
                header[information..<information + 4].elementsEqual([0x15, 0x49, 0xA9, 0x66])
            else { return nil }
            informationEnd =
                information + 8 + Int(header[information + 6]) << 8 + Int(header[information + 7])
            guard header.count > informationEnd, informationEnd <= 512,
                informationEnd - WebMHeader.durationRoom >= information + 8,
                header[informationEnd - WebMHeader.durationRoom] == ElementID.void.octet
            else { return nil }
            segmentStart = UInt64(start)
        }

        /// The header's beginning with everything in its place.
        func filled(
            _ header: [UInt8], cuesAt cues: UInt64, fileEnd: UInt64, duration: Double
        ) -> [UInt8] {
            var writer = ByteWriter()
            let start = Int(segmentStart)
            writer.write(header[..<(start - 8)])
            writer.write(0x0100_0000_0000_0000 | (fileEnd - segmentStart))
            writer.element(.seekHead) { writer in
                let places: [(ElementID, UInt64)] = [
                    (.information, UInt64(information) - segmentStart),
                    (.tracks, UInt64(informationEnd) - segmentStart), (.cues, cues - segmentStart),
                ]
                for (id, place) in places {
                    writer.smallElement(.seek) { writer in
                        writer.smallElement(.seekID) { $0.write(id) }
                        writer.smallElement(.seekPosition) { $0.write(place) }
                    }
                }
            }
            writer.write(header[information..<(informationEnd - WebMHeader.durationRoom)])
            writer.element(.duration, float: duration)
            return writer.bytes
        }
    }

    /// Octets of a seek head with three entries.
    static let seekRoom = 8 + 3 * (3 + 7 + 11)
    /// Octets of the element that says how long the file lasts.
    static let durationRoom = 11
}
