public import Wire

/// The head of a packetized elementary stream's packet (ISO/IEC 13818-1 §2.4.3.6).
public struct PESHeader: Hashable, Sendable {
    /// 0xE0... video, 0xC0... MPEG audio, 0xBD private.
    public var streamID: UInt8
    /// Octets of elementary stream behind the header; `nil` where only the next packet ends it.
    public var payloadByteCount: Int?
    /// Whether the payload begins with an access unit.
    public var isAligned: Bool
    /// When the first access unit beginning in the payload is shown: 33 bits of 90 kHz.
    public var presentationStamp: UInt64?
    /// When it is decoded, where that differs.
    public var decodeStamp: UInt64?

    /// A header; the stamps are cut to 33 bits.
    init(
        streamID: UInt8, payloadByteCount: Int, isAligned: Bool, presentation: Int64?,
        decode: Int64? = nil
    ) {
        self.streamID = streamID
        self.isAligned = isAligned
        presentationStamp = presentation.map(TransportTime.wrapped)
        decodeStamp = decode.map(TransportTime.wrapped)
        if decodeStamp == presentationStamp { decodeStamp = nil }
        self.payloadByteCount = payloadByteCount
        // Only video may leave its length open (§2.4.3.7).
        if payloadByteCount + byteCount - 6 > 0xFFFF { self.payloadByteCount = nil }
    }

    /// The header's own length.
    public var byteCount: Int {
        if presentationStamp == nil { return 9 }
        return decodeStamp == nil ? 14 : 19
    }

    /// Reads a header, and leaves the reader at the payload.
    public init(parsing reader: inout ByteReader) throws(ParseError) {
        let start = reader.offset
        guard try reader.readUInt24() == 1 else {
            throw .invalid(field: "packet start code prefix", at: start)
        }
        streamID = try reader.readUInt8()
        let length = Int(try reader.readUInt16())
        guard !Self.withoutHeader.contains(streamID) else {
            isAligned = false
            payloadByteCount = length
            return
        }
        let flags = try reader.readUInt16()
        guard flags & 0xC000 == 0x8000 else { throw .invalid(field: "PES flags", at: start + 6) }
        isAligned = flags & 0x0400 != 0
        let fieldsByteCount = Int(try reader.readUInt8())
        var fields = ByteReader(try reader.read(fieldsByteCount))
        if flags & 0x80 != 0 { presentationStamp = try Self.readStamp(from: &fields) }
        if flags & 0xC0 == 0xC0 { decodeStamp = try Self.readStamp(from: &fields) }
        guard length == 0 || length >= 3 + fieldsByteCount else {
            throw .invalid(field: "PES packet length", at: start + 4)
        }
        payloadByteCount = length == 0 ? nil : length - 3 - fieldsByteCount
    }

    /// Writes the header's `byteCount` octets.
    func write(to memory: UnsafeMutableRawPointer) {
        let length = UInt32(payloadByteCount.map { $0 + byteCount - 6 } ?? 0)
        let flags: UInt32 = presentationStamp == nil ? 0 : decodeStamp == nil ? 0x80 : 0xC0
        let fields = UInt32(byteCount - 9)
        let first = UInt64(0x100 | UInt32(streamID)) << 32
        let second = UInt64(length << 16 | (isAligned ? 0x8400 : 0x8000) | flags)
        memory.storeBytes(of: (first | second).bigEndian, as: UInt64.self)
        memory.storeBytes(of: UInt8(fields), toByteOffset: 8, as: UInt8.self)
        guard let presentationStamp else { return }
        Self.store(presentationStamp, prefix: decodeStamp == nil ? 2 : 3, at: 9, memory)
        if let decodeStamp { Self.store(decodeStamp, prefix: 1, at: 14, memory) }
    }

    /// Five octets: four bits of prefix, then 3, 15 and 15 bits, a marker after each.
    private static func store(
        _ stamp: UInt64, prefix: UInt64, at offset: Int, _ memory: UnsafeMutableRawPointer
    ) {
        let high = UInt8(truncatingIfNeeded: prefix << 4 | (stamp >> 30) << 1 | 1)
        let low = (stamp >> 15 & 0x7FFF) << 17 | 0x1_0000 | (stamp & 0x7FFF) << 1 | 1
        memory.storeBytes(of: high, toByteOffset: offset, as: UInt8.self)
        memory.storeBytes(
            of: UInt32(truncatingIfNeeded: low).bigEndian, toByteOffset: offset + 1,
            as: UInt32.self)
    }

    private static func readStamp(from reader: inout ByteReader) throws(ParseError) -> UInt64 {
        let start = reader.offset
        let high = try reader.readUInt8()
        let (middle, low) = (try reader.readUInt16(), try reader.readUInt16())
        guard high & 1 == 1, middle & 1 == 1, low & 1 == 1 else {
            throw .invalid(field: "marker bit", at: start)
        }
        return UInt64(high >> 1 & 7) << 30 | UInt64(middle >> 1) << 15 | UInt64(low >> 1)
    }

    /// Stream identifiers whose packets are all payload (§2.4.3.7, table 2-21).
    static let withoutHeader: [UInt8] = [
        0xBC, 0xBE, 0xBF, 0xF0, 0xF1, 0xF2, 0xF8, 0xFF,
    ]
}
