public import Wire

/// Walks the blocks of a payload of redundant audio (RFC 2198): older frames once more, oldest first,
/// and the packet's own last.
///
/// ```
///  0                   1                    2                   3
///  0 1 2 3 4 5 6 7 8 9 0 1 2 3  4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
/// |F|   block PT  |  timestamp offset         |   block length    |  F = 1
/// |0|   block PT  |                                                  the last
/// ```
public struct RedundantPayload: ~Escapable {
    /// One frame, lent out.
    public struct Block: ~Escapable {
        /// What the frame is, as SDP names it.
        public let payloadType: UInt8
        /// By how many ticks the frame is older than the packet; 0 for the packet's own.
        public let age: UInt16
        /// Whether it is the packet's own.
        public let isPrimary: Bool
        /// The frame; may be empty.
        public let bytes: RawSpan

        @_lifetime(copy bytes)
        init(payloadType: UInt8, age: UInt16, isPrimary: Bool, bytes: RawSpan) {
            (self.payloadType, self.age, self.isPrimary) = (payloadType, age, isPrimary)
            self.bytes = bytes
        }
    }

    /// How many blocks there are, the packet's own included.
    public let count: Int

    private let payload: RawSpan
    private var walked = 0
    private var headerOffset = 0
    private var blockOffset: Int

    /// Reads all headers of `payload`; a length beyond its end is an error.
    @_lifetime(copy payload)
    public init(parsing payload: RawSpan) throws(ParseError) {
        var reader = ByteReader(payload)
        var (count, length) = (1, 0)
        while try reader.peekUInt8() & 0x80 != 0 {
            length += Int(try reader.readUInt32() & 0x3FF)
            count += 1
        }
        try reader.skip(1)
        guard length <= reader.remaining else {
            throw .truncated(at: reader.offset, needed: length - reader.remaining)
        }
        (self.count, self.payload, blockOffset) = (count, payload, reader.offset)
    }

    /// The next block; `nil` behind the packet's own.
    @_lifetime(copy self)
    public mutating func next() -> Block? {
        guard walked < count else { return nil }
        walked += 1
        let first = payload.unsafeLoad(fromUncheckedByteOffset: headerOffset, as: UInt8.self)
        guard walked < count else {
            return Block(
                payloadType: first & 0x7F, age: 0, isPrimary: true,
                bytes: payload.extracting(blockOffset..<payload.byteCount))
        }
        let word = UInt32(
            bigEndian: payload.unsafeLoadUnaligned(
                fromUncheckedByteOffset: headerOffset, as: UInt32.self))
        let end = blockOffset + Int(word & 0x3FF)
        let bytes = payload.extracting(blockOffset..<end)
        (headerOffset, blockOffset) = (headerOffset + 4, end)
        return Block(
            payloadType: first & 0x7F, age: UInt16(word >> 10 & 0x3FFF), isPrimary: false,
            bytes: bytes)
    }
}
