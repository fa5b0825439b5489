import Wire

/// Walks the clusters of WebM as this house's writer makes them: what a reader of single parts must
/// know. What stands between clusters is passed over.
public enum ClusterWalk {
    /// The clusters with their times moved back, as where what lies before them is left out; nothing
    /// but them.
    ///
    /// - Parameters:
    ///   - clusters: Whole clusters, one behind the other.
    ///   - milliseconds: How far.
    public static func moved(_ clusters: [UInt8], by milliseconds: Int64) -> [UInt8] {
        var output = ByteWriter(capacity: clusters.count + 256)
        let bytes = clusters.span.bytes
        visit(bytes) { cluster in
            let (moved, isOver) = cluster.time.subtractingReportingOverflow(milliseconds)
            output.element(.cluster) { writer in
                writer.element(.timestamp, UInt64(max(isOver ? 0 : moved, 0)))
                writer.write(bytes.extracting(cluster.blocks))
            }
        }
        return output.bytes
    }

    /// When the first of the clusters begins, in milliseconds; `nil` where there is none.
    public static func earliest(in clusters: RawSpan) -> Int64? {
        var earliest: Int64?
        visit(clusters) { cluster in earliest = min(earliest ?? cluster.time, cluster.time) }
        return earliest
    }

    /// The octets of the first block of `track`, counted from 1; `nil` where there is none.
    public static func firstSample(ofTrack track: Int, in clusters: RawSpan) -> [UInt8]? {
        var found: Range<Int>?
        visit(clusters) { cluster in
            var offset = cluster.blocks.lowerBound
            while found == nil,
                let block = element(clusters, at: offset, end: cluster.blocks.upperBound)
            {
                offset = block.content.upperBound
                guard block.id == ElementID.simpleBlock.rawValue,
                    block.content.count > headByteCount,
                    number(in: clusters, block.content.prefix(1)) == UInt64(0x80 | track)
                else { continue }
                found = block.content.dropFirst(headByteCount)
            }
        }
        return found.map { range in clusters.extracting(range).withUnsafeBytes { Array($0) } }
    }

    private struct Cluster {
        /// Milliseconds.
        var time: Int64
        /// Where what stands behind the time is.
        var blocks: Range<Int>
    }

    struct Element {
        var start: Int
        var id: UInt32
        var content: Range<Int>
    }

    private static func visit(_ bytes: RawSpan, _ body: (Cluster) -> Void) {
        var offset = 0
        while let found = element(bytes, at: offset, end: bytes.byteCount) {
            offset = found.content.upperBound
            guard found.id == ElementID.cluster.rawValue,
                let time = element(bytes, at: found.content.lowerBound, end: offset),
                time.id == ElementID.timestamp.rawValue, time.content.count <= 8
            else { continue }
            let value = number(in: bytes, time.content)
            body(
                Cluster(
                    time: Int64(clamping: value), blocks: time.content.upperBound..<offset))
        }
    }

    /// A number in whole octets.
    static func number(in bytes: RawSpan, _ range: Range<Int>) -> UInt64 {
        bytes.extracting(range).withUnsafeBytes { octets in
            octets.reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        }
    }

    /// The element that begins at an offset; `nil` where none is whole there (RFC 8794 §5, §6).
    static func element(_ bytes: RawSpan, at offset: Int, end: Int) -> Element? {
        guard offset < end else { return nil }
        var reader = ByteReader(bytes.extracting(offset..<end))
        guard let id = number(&reader, limit: 4, keepsMark: true),
            let size = number(&reader, limit: 8, keepsMark: false)
        else { return nil }
        let start = offset + reader.offset
        guard size <= UInt64(end - start) else { return nil }
        return Element(
            start: offset, id: UInt32(truncatingIfNeeded: id), content: start..<start + Int(size))
    }

    /// A number whose first bits say how long it is (RFC 8794 §4).
    private static func number(
        _ reader: inout ByteReader, limit: Int, keepsMark: Bool
    ) -> UInt64? {
        guard let first = try? reader.readUInt8() else { return nil }
        let length = first.leadingZeroBitCount + 1
        guard length <= limit else { return nil }
        var value = UInt64(first)
        if !keepsMark { value &= (1 << UInt64(8 - length)) - 1 }
        for _ in 1..<length {
            guard let octet = try? reader.readUInt8() else { return nil }
            value = value << 8 | UInt64(octet)
        }
        return value
    }

    /// Track, time and flags before a block's octets.
    private static let headByteCount = 4
}
