import Timing
public import Wire

/// Makes a plain, seekable MP4 of a hybrid recording: what to write behind its parts, and the one
/// write at its head that makes it so.
///
/// The index is all that is read. First write what `next` gives, each at its place, and see it
/// safely on the disk; then `head`, in one go: up to it the file is the fragmented MP4 it was, from
/// it on a plain one, whose fragments lie unread within one box. Doing it again changes nothing.
public struct MovieClosing: FileEnding, ~Escapable {
    /// Where the file's parts end. Anything behind it is torn, and overwritten or cut off.
    public let partsEnd: UInt64
    /// The file's length when all has been written.
    public private(set) var fileEnd: UInt64 = 0
    /// Whether all of the index has been read, and not only what lies before a torn record.
    public let isWhole: Bool

    private let header: IndexHeader
    private let pieceByteCount: Int
    private var reader: IndexReader
    private var tables: [SampleTables] = []
    private var skeleton: [FileWrite] = []
    private var isAtEnd = false
    /// Whether all of it is still to be handed out as one, for it is little: a call to the system costs more
    /// than copying that.
    private var isOne = false

    /// Walks through a recording's whole index once.
    @_lifetime(copy index)
    public init(_ index: RawSpan) throws(ParseError) {
        try self.init(index, pieceByteCount: 1 << 18)
    }

    /// - Parameter pieceByteCount: What is handed out at once, where there is so much of a table.
    @_lifetime(copy index)
    init(_ index: RawSpan, pieceByteCount: Int) throws(ParseError) {
        var reader = try IndexReader(index)
        guard reader.header.container == .mp4 else {
            throw .invalid(field: "container", at: 9)
        }
        var counts = reader.header.formats.map { _ in TableCounts() }
        var end = UInt64(reader.header.headerByteCount)
        var hasOtherSets = false
        while let part = reader.next() {
            (end, hasOtherSets) = (max(end, part.end), hasOtherSets || part.hasOtherSets)
            var runs = reader.runs
            while !runs.isAtEnd {
                let run = try runs.next()
                guard counts.indices.contains(run.track) else {
                    throw .invalid(field: "track", at: reader.byteCount)
                }
                counts[run.track].add(run)
            }
        }
        for place in counts.indices { counts[place].finish() }
        (header, self.pieceByteCount) = (reader.header, pieceByteCount)
        (partsEnd, isWhole) = (end, reader.isWhole)
        let checked = index.extracting(0..<reader.byteCount)
        self.reader = try IndexReader(checked)
        self.reader.isTrusted = true
        let layout = try MovieLayout(header, counts, hasOtherSets: hasOtherSets, at: partsEnd)
        (tables, skeleton, fileEnd) = (layout.tables, layout.skeleton, layout.end)
        isOne = fileEnd - partsEnd <= UInt64(pieceByteCount)
    }

    /// The next octets to write, some hundred thousand at most; `nil` when `head` is what is left.
    public mutating func next() -> FileWrite? {
        guard isOne else { return nextPiece() }
        isOne = false
        var whole = [UInt8](repeating: 0, count: Int(fileEnd - partsEnd))
        while let piece = nextPiece() {
            let place = Int(piece.offset - partsEnd)
            whole.withUnsafeMutableBytes {
                UnsafeMutableRawBufferPointer(rebasing: $0[place...]).copyBytes(from: piece.bytes)
            }
        }
        return FileWrite(offset: partsEnd, bytes: whole)
    }

    private mutating func nextPiece() -> FileWrite? {
        while true {
            if let piece = skeleton.popLast() { return piece }
            for index in tables.indices {
                let least = isAtEnd ? 1 : pieceByteCount
                if let piece = tables[index].next(atLeast: least) { return piece }
            }
            guard !isAtEnd else { return nil }
            readPart()
        }
    }

    /// What the file then begins with: at most 512 octets from its very beginning on, so that no
    /// disk writes half of it.
    public var head: FileWrite {
        var writer = ByteWriter()
        writer.box("ftyp") { writer in
            writer.write("isom")
            writer.write(UInt32(512))
            for brand in MovieHeader.brands { writer.write(brand) }
        }
        let boxStart = UInt64(writer.count)
        writer.write(UInt32(1))
        writer.write("mdat")
        writer.write(partsEnd > boxStart ? partsEnd - boxStart : 0)
        return FileWrite(offset: 0, bytes: writer.bytes)
    }

    private mutating func readPart() {
        guard let part = reader.next() else {
            isAtEnd = true
            for index in tables.indices { tables[index].finish() }
            return
        }
        var runs = reader.runs
        while !runs.isAtEnd {
            guard let run = try? runs.next() else { return }
            tables[run.track].add(run, partOffset: part.offset)
        }
    }
}
