import Glibc
import Muxer
import Timing
import Wire

/// A recording of many hours with an index of all of it, of which only some segments are really on the
/// disk: those that are asked for. The rest is a hole, for a day of 2 Mbit/s is 21 GB.
struct LongRecording {
    /// A segment that can be asked for.
    struct Place {
        let file: String
        let range: Range<UInt64>
    }

    /// What its figures are called.
    let name: String
    let container: Container
    let hours: Int
    /// Segments of two seconds in each file; all in one without a limit.
    var segmentsPerFile: Int?
    let directory: String

    private var segmentCount: Int { hours * 1800 }
    /// Every so many segments one is on the disk.
    private var stride: Int { max(segmentCount / Self.kept, 1) }

    /// Records it: 2 Mbit/s of 30 pictures a second, a key frame each two seconds, and 64 kbit/s of sound.
    ///
    /// - Returns: What can be read of it.
    func record() throws -> [Place] {
        let source = Source(container)
        let count = segmentsPerFile ?? segmentCount
        return try Swift.stride(from: 0, to: segmentCount, by: count).flatMap { first in
            try record(first..<min(first + count, segmentCount), of: source)
        }
    }

    /// Records one file, and closes it as a recorder does.
    private func record(_ segments: Range<Int>, of source: Source) throws -> [Place] {
        var writer = try SegmentWriter(source.formats, container: container)
        writer.wallClock = 1_767_225_600_000_000_000
        let file = name(from: segments.lowerBound)
        let (data, sidecar) = (
            GrowingFile(directory + "/" + file), GrowingFile(directory + "/" + file + ".index")
        )
        var (output, kept) = (ByteWriter(), [Place]())
        for segment in segments {
            try source.write(segment, to: &writer, into: &output)
            data.append(output.bytes, isHole: !isNear(segment, in: segments))
            for part in writer.takeParts() {
                sidecar.append(part.record)
                if isKept(segment), part.part.isIndependent {
                    kept.append(Place(file: file, range: part.part.offset..<part.part.end))
                }
            }
            output.removeAll()
        }
        writer.end(into: &output)
        data.append(output.bytes)
        for part in writer.takeParts() { sidecar.append(part.record) }
        try finish(data, sidecar)
        sidecar.append(Array("\u{7F}whole\r\n".utf8))
        data.sync()
        return kept
    }

    /// What makes a plain MP4, and lets players find their way in WebM.
    private func finish(_ data: GrowingFile, _ sidecar: GrowingFile) throws {
        let index = sidecar.contents
        switch container {
        case .mpegts, .fmp4: break
        case .mp4:
            var ending = try MovieClosing(index.span.bytes)
            finish(data, &ending)
        case .webm:
            var ending = try WebMClosing(index.span.bytes)
            finish(data, &ending)
        }
    }

    private func finish<Ending: FileEnding & ~Escapable>(
        _ data: GrowingFile, _ ending: inout Ending
    ) {
        while let piece = ending.next() { data.put(piece.bytes, at: piece.offset) }
        data.put(ending.head.bytes, at: ending.head.offset)
    }

    /// As a recorder names a file that begins with a segment.
    private func name(from segment: Int) -> String {
        let seconds = segment * 2
        let fields = [20_260_101, seconds / 3600 * 10_000 + seconds / 60 % 60 * 100 + seconds % 60]
        let time = String(fields[1])
        return "day_\(fields[0])_" + String(repeating: "0", count: 6 - time.utf8.count) + time
            + "." + container.fileExtension
    }

    private func isKept(_ segment: Int) -> Bool { segment % stride == stride / 2 }

    /// Its neighbours too: sound begins in the one before, and a part may end in the one behind.
    private func isNear(_ segment: Int, in segments: Range<Int>) -> Bool {
        segment < segments.lowerBound + 2
            || [segment - 1, segment, segment + 1].contains { isKept($0) }
    }

    private static let kept = 200
}

/// A file that is written at its end.
final class GrowingFile {
    private let descriptor: Int32
    private var end: UInt64 = 0

    init(_ path: String) {
        descriptor = open(path, O_CREAT | O_TRUNC | O_RDWR, 0o600)
        guard descriptor >= 0 else { exit(1) }
    }

    deinit { close(descriptor) }

    var contents: [UInt8] {
        [UInt8](unsafeUninitializedCapacity: Int(end)) { buffer, count in
            count = max(pread(descriptor, buffer.baseAddress, buffer.count, 0), 0)
        }
    }

    func append(_ bytes: [UInt8], isHole: Bool = false) {
        if !isHole { put(bytes, at: end) }
        end += UInt64(bytes.count)
        if isHole { ftruncate(descriptor, off_t(end)) }
    }

    func put(_ bytes: [UInt8], at offset: UInt64) {
        var done = 0
        while done < bytes.count {
            let count = bytes.withUnsafeBytes {
                pwrite(
                    descriptor, $0.baseAddress.map { $0 + done }, $0.count - done,
                    off_t(offset) + off_t(done))
            }
            guard count > 0 else { exit(1) }
            done += count
        }
    }

    func sync() { fsync(descriptor) }
}
