public import Wire

/// What an RTCP packet is (the octet after the count; IANA's RTCP control packet types).
public enum RTCPPacketType: UInt8, Hashable, Sendable {
    /// SR (RFC 3550 §6.4.1).
    case senderReport = 200
    /// RR (RFC 3550 §6.4.2).
    case receiverReport = 201
    /// SDES (RFC 3550 §6.5).
    case sourceDescription = 202
    /// BYE (RFC 3550 §6.6).
    case goodbye = 203
    /// APP (RFC 3550 §6.7).
    case application = 204
    /// RTPFB (RFC 4585 §6.2).
    case transportFeedback = 205
    /// PSFB (RFC 4585 §6.3).
    case payloadFeedback = 206
    /// XR (RFC 3611).
    case extendedReport = 207
}

/// The four octets every RTCP packet begins with (RFC 3550 §6.4).
///
/// ```
/// |V=2|P| count or FMT |  packet type  |  length in words, less one  |
/// ```
public struct RTCPHeader: Hashable, Sendable {
    /// How many items follow, or which feedback message this is; 0...31.
    public var count: UInt8
    /// The packet type as it stands, known to us or not.
    public var type: UInt8
    /// The length of what follows the header, padding taken off.
    public var bodyByteCount: Int
    /// The octets of padding at the end.
    public var paddingByteCount: Int

    /// Reads one header, and looks at the padding's count at the far end of the packet.
    ///
    /// Only the last packet of a compound may be padded (RFC 3550 §6.4.1).
    public init(parsing reader: inout ByteReader) throws(ParseError) {
        let start = reader.offset
        let first = try reader.readUInt8()
        guard first >> 6 == 2 else { throw .invalid(field: "version", at: start) }
        count = first & 0x1F
        type = try reader.readUInt8()
        bodyByteCount = try Int(reader.readUInt16()) * 4
        paddingByteCount = 0
        guard reader.remaining >= bodyByteCount else {
            throw .truncated(at: reader.offset, needed: bodyByteCount - reader.remaining)
        }
        guard first & 0x20 != 0 else { return }
        guard bodyByteCount == reader.remaining, bodyByteCount > 0 else {
            throw .invalid(field: "padding", at: start)
        }
        paddingByteCount = try Int(reader.peekUInt8(ahead: bodyByteCount - 1))
        // Not always whole words: libwebrtc counts the filling of its transport feedback, 1...3.
        guard paddingByteCount > 0, paddingByteCount <= bodyByteCount else {
            throw .invalid(field: "padding", at: reader.offset + bodyByteCount - 1)
        }
        bodyByteCount -= paddingByteCount
    }
}

extension ByteWriter {
    /// Writes one RTCP packet: its header, then what `body` writes, padded with zeros to whole
    /// words; the length is filled in afterwards.
    ///
    /// - Parameter count: The items, or the feedback format; five bits.
    mutating func writeRTCP(
        _ type: RTCPPacketType,
        count: Int,
        body: (inout ByteWriter) -> Void
    ) {
        let start = self.count
        write(0x80 | UInt8(count & 0x1F))
        write(type.rawValue)
        write(UInt16(0))
        body(&self)
        while (self.count - start) % 4 != 0 { write(UInt8(0)) }
        patch(UInt16((self.count - start) / 4 - 1), at: start + 2)
    }
}
