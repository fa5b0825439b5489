public import Wire

/// The head of one packet of a transport stream (ISO/IEC 13818-1 §2.4.3.2): 188 octets in all.
///
/// ```
///  0                   1                   2                   3
///  |   47 (sync)   |E|S|P|  packet identifier (13) |scr|ad |counter|
/// ```
public struct TransportPacket: Hashable, Sendable {
    /// What a demodulator could not mend.
    public var hasError: Bool
    /// A PES packet or a section begins in this payload.
    public var startsUnit: Bool
    /// Whose packet it is, 0...8191.
    public var pid: UInt16
    /// Whether the payload is encrypted.
    public var isScrambled: Bool
    /// Counts this PID's packets with payload, 0...15.
    public var continuityCounter: UInt8
    /// The adaptation field, where there is one.
    public var adaptation: AdaptationField?
    /// Where the payload begins; 188 where there is none.
    public var payloadOffset: Int

    /// Reads the head of `bytes`, one whole packet.
    public init(parsing bytes: RawSpan) throws(ParseError) {
        guard bytes.byteCount >= Self.byteCount else {
            throw .truncated(at: bytes.byteCount, needed: Self.byteCount - bytes.byteCount)
        }
        var reader = ByteReader(bytes)
        guard try reader.readUInt8() == Self.syncByte else {
            throw .invalid(field: "sync byte", at: 0)
        }
        let address = try reader.readUInt16()
        let control = try reader.readUInt8()
        hasError = address & 0x8000 != 0
        startsUnit = address & 0x4000 != 0
        pid = address & 0x1FFF
        isScrambled = control & 0xC0 != 0
        continuityCounter = control & 0x0F
        if control & 0x20 != 0 { adaptation = try AdaptationField(parsing: &reader) }
        payloadOffset = control & 0x10 != 0 ? reader.offset : Self.byteCount
    }

    /// Whether the packet carries payload, and its counter therefore moved.
    public var hasPayload: Bool { payloadOffset < Self.byteCount }

    /// The first four octets of a packet without scrambling or error, as one number.
    static func head(
        pid: UInt16, startsUnit: Bool, hasAdaptation: Bool, hasPayload: Bool, counter: UInt8
    ) -> UInt32 {
        var head = UInt32(syncByte) << 24 | UInt32(pid) << 8 | UInt32(counter & 0x0F)
        if startsUnit { head |= 0x40_0000 }
        if hasAdaptation { head |= 0x20 }
        if hasPayload { head |= 0x10 }
        return head
    }

    /// The length of every packet.
    public static let byteCount = 188
    /// What every packet begins with.
    public static let syncByte: UInt8 = 0x47
    /// Packets that only fill a constant rate.
    static let nullPID: UInt16 = 0x1FFF
}
