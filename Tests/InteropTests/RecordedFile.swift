import Muxer
import Testing
import Wire

/// A clip recorded into one file, with its index.
struct RecordedFile {
    private(set) var bytes: [UInt8] = []
    private(set) var index: [UInt8] = []
    private(set) var parts: [IndexedPart] = []

    init(_ clip: RecordedClip, _ container: Container) throws {
        var writer = try SegmentWriter(clip.formats, container: container)
        var output = ByteWriter()
        for (sample, payload) in clip.samples {
            _ = try writer.write(sample, payload: payload.span.bytes, into: &output)
        }
        writer.end(into: &output)
        #expect(writer.segments == 1)
        bytes = output.bytes
        for part in writer.takeParts() {
            index += part.record
            parts.append(part.part)
        }
    }

    /// The file as its closing leaves it.
    func closed() throws -> [UInt8] {
        var closing = try MovieClosing(index.span.bytes)
        var file = bytes + [UInt8](repeating: 0, count: Int(closing.fileEnd) - bytes.count)
        while let piece = closing.next() { Self.put(piece, into: &file) }
        Self.put(closing.head, into: &file)
        return file
    }

    /// What of a clip is in its file: all from the first key frame on.
    static func kept(_ clip: RecordedClip) -> [(sample: Sample, payload: [UInt8])] {
        Array(clip.samples.drop { $0.sample.track != 0 || !$0.sample.isKeyframe })
    }

    private static func put(_ piece: FileWrite, into file: inout [UInt8]) {
        let start = Int(piece.offset)
        file.replaceSubrange(start..<start + piece.bytes.count, with: piece.bytes)
    }
}
