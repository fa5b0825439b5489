import Timing
public import Wire

/// Reads a recording's index: its header, then part after part up to the last whole record.
///
/// An index may be cut or torn anywhere; what is read of it is what was written. One that grows is
/// read on from `byteCount`, with the header that is known.
public struct IndexReader: ~Escapable {
    /// What the file is.
    public let header: IndexHeader

    /// Octets of whole records read so far: where a writer may go on.
    public private(set) var byteCount: Int

    /// Whether the octets ended with a whole record; known when there are no more parts.
    public var isWhole: Bool { reader.isAtEnd }

    /// Whether the header's checksum is another one's: where `init(mendingHeadOf:)` has read it.
    public private(set) var isHeadTorn = false

    /// Whether records are known to be as they were written, and no checksum is reckoned.
    public var isTrusted = false

    private var reader: ByteReader
    private var rest: RawSpan
    private let bytes: RawSpan

    /// Reads the header of a whole index.
    @_lifetime(copy bytes)
    public init(_ bytes: RawSpan) throws(ParseError) { try self.init(bytes, mendsHead: false) }

    /// Reads the header of an index also where power was lost while it was written once more, with another
    /// date: the date is then the old one and the checksum the new one's, or the other way round. All else
    /// of it makes sense, and a whole record is behind it.
    @_lifetime(copy bytes)
    public init(mendingHeadOf bytes: RawSpan) throws(ParseError) {
        try self.init(bytes, mendsHead: true)
    }

    @_lifetime(copy bytes)
    private init(_ bytes: RawSpan, mendsHead: Bool) throws(ParseError) {
        var reader = ByteReader(bytes)
        var checked = ByteReader(bytes)
        if mendsHead { isHeadTorn = (try? IndexRecord.read(from: &checked)) == nil }
        var content = ByteReader(try IndexRecord.read(from: &reader, isTrusted: isHeadTorn))
        header = try IndexHeader(parsing: &content)
        guard content.isAtEnd else { throw .invalid(field: "header", at: content.offset) }
        byteCount = reader.offset
        self.reader = reader
        (self.bytes, rest) = (bytes, bytes.extracting(0..<0))
        guard isHeadTorn else { return }
        checked = reader
        _ = try IndexRecord.read(from: &checked)
    }

    /// Reads on in an index with this header: `bytes` are those behind the records known already.
    @_lifetime(copy bytes)
    public init(_ bytes: RawSpan, continuing header: IndexHeader) {
        self.header = header
        byteCount = 0
        reader = ByteReader(bytes)
        (self.bytes, rest) = (bytes, bytes.extracting(0..<0))
    }

    /// The next part; `nil` behind the last whole record.
    public mutating func next() -> IndexedPart? {
        guard let content = try? IndexRecord.read(from: &reader, isTrusted: isTrusted) else {
            return nil
        }
        var fields = ByteReader(content)
        guard let part = try? IndexedPart(parsing: &fields) else { return nil }
        rest = fields.readRest()
        byteCount = reader.offset
        return part
    }

    /// What the part last read says of its samples, track after track.
    var runs: IndexedRuns {
        @_lifetime(copy self)
        get { IndexedRuns(rest) }
    }

    /// When the first key frame of the cluster last read is shown, in milliseconds by the clock of a
    /// WebM file; `nil` where nothing is said of one.
    var keyframeMilliseconds: UInt64? {
        var fields = ByteReader(rest)
        return try? fields.readUInt64()
    }

    /// All parts that are left.
    public mutating func readParts() -> [IndexedPart] {
        var parts: [IndexedPart] = []
        while let part = next() { parts.append(part) }
        return parts
    }

    /// Octets that have not been read.
    var remainingByteCount: Int { reader.remaining }

    /// Goes on with the next whole record whose part lies in these octets of the file.
    ///
    /// - Returns: Whether there is one.
    mutating func stepOverTear(to range: Range<UInt64>, budget: inout Int) -> Bool {
        let torn = bytes.extracting(reader.offset..<bytes.byteCount)
        let found = IndexRecord.offset(ofNextIn: torn, budget: &budget) { content in
            var fields = ByteReader(content)
            guard let part = try? IndexedPart(parsing: &fields) else { return false }
            return part.offset >= range.lowerBound && part.end <= range.upperBound
                && part.byteCount > 0
        }
        guard let found else { return false }
        return (try? reader.skip(found)) != nil
    }

    /// The part of the record that `bytes` end with, the last octets of an index; `nil` where they hold
    /// none that is whole.
    public static func lastPart(of bytes: RawSpan) -> IndexedPart? {
        guard let content = IndexRecord.last(of: bytes) else { return nil }
        var fields = ByteReader(content)
        return try? IndexedPart(parsing: &fields)
    }
}
