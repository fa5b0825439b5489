public import Wire

/// SDES: who a source is. Only the canonical name is kept (RFC 3550 §6.5.1).
public struct SourceDescription: Hashable, Sendable {
    /// One source and its canonical name.
    public struct Chunk: Hashable, Sendable {
        /// The source.
        public var ssrc: UInt32
        /// Its CNAME, shared by all streams of one clock; empty when none was sent.
        public var cname: String

        /// A source by its name, of at most 255 octets.
        public init(ssrc: UInt32, cname: String) { (self.ssrc, self.cname) = (ssrc, cname) }
    }

    /// The sources described, at most 31.
    public var chunks: [Chunk]

    /// A description as it will stand on the wire.
    public init(chunks: [Chunk]) { self.chunks = chunks }

    init(parsing reader: inout ByteReader, count: Int) throws(ParseError) {
        chunks = []
        for _ in 0..<count { chunks.append(try Self.parseChunk(&reader)) }
    }

    private static func parseChunk(_ reader: inout ByteReader) throws(ParseError) -> Chunk {
        var chunk = Chunk(ssrc: try reader.readUInt32(), cname: "")
        while true {
            let type = try reader.readUInt8()
            guard type != 0 else { break }
            let text = try reader.read(Int(reader.readUInt8()))
            guard type == cnameItem else { continue }
            chunk.cname = text.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
        }
        // A chunk ends in one to four zeros, on a word's boundary.
        while reader.offset % 4 != 0 { try reader.skip(1) }
        return chunk
    }

    /// Appends the packet: the first 31 chunks, each name cut at 255 octets.
    public func write(to writer: inout ByteWriter) {
        let chunks = chunks.prefix(31)
        writer.writeRTCP(.sourceDescription, count: chunks.count) { writer in
            for chunk in chunks {
                let name = chunk.cname.utf8.prefix(255)
                writer.write(chunk.ssrc)
                writer.write(Self.cnameItem)
                writer.write(UInt8(name.count))
                writer.write(name)
                let itemByteCount = 2 + name.count
                for _ in 0..<(4 - itemByteCount % 4) { writer.write(UInt8(0)) }
            }
        }
    }

    private static let cnameItem: UInt8 = 1
}

/// BYE: sources that have left (RFC 3550 §6.6). The reason, if one was given, is not kept.
public struct Goodbye: Hashable, Sendable {
    /// The sources, at most 31.
    public var ssrcs: [UInt32]

    /// A farewell as it will stand on the wire.
    public init(ssrcs: [UInt32]) { self.ssrcs = ssrcs }

    init(parsing reader: inout ByteReader, count: Int) throws(ParseError) {
        ssrcs = []
        for _ in 0..<count { ssrcs.append(try reader.readUInt32()) }
    }

    /// Appends the packet: the first 31 sources.
    public func write(to writer: inout ByteWriter) {
        let ssrcs = ssrcs.prefix(31)
        writer.writeRTCP(.goodbye, count: ssrcs.count) { writer in
            for ssrc in ssrcs { writer.write(ssrc) }
        }
    }
}
