import Wire

/// What the edit lists of a movie's header say, as this house's writers make them.
public enum MovieEdits {
    /// How many ticks of each track lie before the movie's zero and are skipped, in the order of the
    /// header (ISO/IEC 14496-12 §8.6.6); 0 where nothing is.
    public static func skipped(by header: [UInt8]) -> [Int64] {
        let bytes = header.span.bytes
        var found: [Int64] = []
        guard let movie = first("moov", in: bytes, 0..<bytes.byteCount) else { return [] }
        var place = movie
        while let (kind, content) = box(bytes, place) {
            place = content.upperBound..<movie.upperBound
            guard kind == "trak" else { continue }
            found.append(mediaTime(bytes, content) ?? 0)
        }
        return found
    }

    private static func mediaTime(_ bytes: RawSpan, _ track: Range<Int>) -> Int64? {
        guard let edits = first("edts", in: bytes, track),
            let list = first("elst", in: bytes, edits)
        else { return nil }
        var reader = ByteReader(bytes.extracting(list))
        // Version 0: one entry, its length and where it begins.
        guard (try? reader.readUInt32()) == 0, (try? reader.readUInt32()) == 1,
            (try? reader.readUInt32()) != nil, let start = try? reader.readUInt32()
        else { return nil }
        return Int64(start)
    }

    /// The content of the first box of a kind.
    private static func first(
        _ kind: String, in bytes: RawSpan, _ range: Range<Int>
    ) -> Range<Int>? {
        var place = range
        while let (found, content) = box(bytes, place) {
            if found == kind { return content }
            place = content.upperBound..<range.upperBound
        }
        return nil
    }

    /// The box that a range begins with.
    private static func box(
        _ bytes: RawSpan, _ range: Range<Int>
    ) -> (kind: String, content: Range<Int>)? {
        var reader = ByteReader(bytes.extracting(range))
        guard let size = try? reader.readUInt32(), size >= 8, Int(size) <= range.count,
            let kind = try? reader.read(4)
        else { return nil }
        let name = kind.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
        return (name, range.lowerBound + 8..<range.lowerBound + Int(size))
    }
}
