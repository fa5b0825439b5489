public import Wire

/// Writes a recording's index: the header, then a record for each part.
///
/// What it appends may go to the index when the octets it names are in the file, and not sooner:
/// whoever finds a record then finds its part.
public struct IndexWriter: Sendable {
    /// Octets written so far.
    public private(set) var byteCount: UInt64 = 0

    /// An index that begins with `header`.
    public init(_ header: IndexHeader, into output: inout ByteWriter) {
        let before = output.count
        IndexRecord.append(to: &output) { header.write(to: &$0) }
        byteCount = UInt64(output.count - before)
    }

    /// An index whose first `byteCount` octets, whole records, are there already.
    public init(continuing byteCount: UInt64) { self.byteCount = byteCount }

    /// Appends the record of one part.
    public mutating func append(_ part: IndexedPart, into output: inout ByteWriter) {
        append(part, runs: [], into: &output)
    }

    /// A record of any content with the checksum it should have, for those who test readers.
    @_spi(Testing)
    public static func sealed(_ content: [UInt8]) -> [UInt8] {
        var writer = ByteWriter()
        IndexRecord.append(to: &writer) { $0.write(content) }
        return writer.bytes
    }

    /// Appends the record of one part with what its samples are.
    mutating func append(_ part: IndexedPart, runs: [UInt8], into output: inout ByteWriter) {
        let before = output.count
        IndexRecord.append(to: &output) { writer in
            part.write(to: &writer)
            writer.write(runs.span.bytes)
        }
        byteCount += UInt64(output.count - before)
    }
}
