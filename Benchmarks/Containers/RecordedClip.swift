import Glibc
import Muxer
import Wire

/// Writes a clip as a recorder does, each part handed to the kernel with its record for the sidecar,
/// and closes the file: a plain MP4, or WebM with cues. Nothing is synced.
///
/// - Returns: The closed file's octets.
func record(
    _ clip: Clip, as container: Container, to file: Int32, indexedBy sidecar: Int32,
    _ buffer: inout ByteWriter
) throws(MuxerError) -> Int {
    var writer = try SegmentWriter(clip.formats, container: container)
    var index: [UInt8] = []
    func hand(_ parts: [FinishedPart], _ buffer: inout ByteWriter) {
        guard !parts.isEmpty else { return }
        _ = flush(&buffer, to: file)
        for part in parts {
            part.record.withUnsafeBytes { _ = write(sidecar, $0.baseAddress, $0.count) }
            index += part.record
        }
    }
    for (sample, payload) in clip.samples {
        _ = try writer.write(sample, payload: payload.span.bytes, into: &buffer)
        hand(writer.takeParts(), &buffer)
    }
    writer.end(into: &buffer)
    hand(writer.takeParts(), &buffer)
    let records = index
    if container == .webm {
        guard var ending = try? WebMClosing(records.span.bytes) else { return 0 }
        return finish(&ending, in: file)
    }
    guard var ending = try? MovieClosing(records.span.bytes) else { return 0 }
    return finish(&ending, in: file)
}

/// Writes what players find their way by, the head last.
private func finish<Ending: FileEnding & ~Escapable>(_ ending: inout Ending, in file: Int32) -> Int
{
    while let piece = ending.next() { put(piece, in: file) }
    put(ending.head, in: file)
    return Int(clamping: ending.fileEnd)
}

private func put(_ piece: FileWrite, in file: Int32) {
    _ = piece.bytes.withUnsafeBytes {
        pwrite(file, $0.baseAddress, $0.count, off_t(clamping: piece.offset))
    }
}
