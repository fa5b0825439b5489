/// Packets sent again on a stream of their own (RFC 4588): the payload is the original's sequence
/// number, two octets, and then the original payload.
///
/// Going out, the two octets are written before the payload. Coming in, only the layout changes:
/// the packet in its slab is never edited.
extension RTPLayout {
    /// The header under which this packet is sent again.
    ///
    /// Timestamp and marker stay the original's; follow it with `writeOriginalSequenceNumber`.
    @inlinable
    public func retransmissionHeader(
        payloadType: UInt8,
        sequenceNumber: UInt16,
        ssrc: UInt32
    ) -> RTPHeader {
        RTPHeader(
            payloadType: payloadType,
            sequenceNumber: sequenceNumber,
            timestamp: header.timestamp,
            ssrc: ssrc,
            marker: header.marker
        )
    }

    /// The layout of the original inside this retransmission; `nil` when the packet is padding
    /// alone, as probes are, or cut.
    ///
    /// - Parameters:
    ///   - payloadType: The original stream's payload type.
    ///   - ssrc: The original stream's SSRC.
    ///   - bytes: The packet this layout was parsed from.
    @inlinable
    public func restored(payloadType: UInt8, ssrc: UInt32, in bytes: RawSpan) -> RTPLayout? {
        guard payloadByteCount >= Self.originalSequenceByteCount, byteCount <= bytes.byteCount
        else { return nil }
        var original = self
        original.header.sequenceNumber = UInt16(
            bigEndian: bytes.unsafeLoadUnaligned(
                fromUncheckedByteOffset: payloadOffset,
                as: UInt16.self
            )
        )
        original.header.payloadType = payloadType
        original.header.ssrc = ssrc
        original.payloadOffset += Self.originalSequenceByteCount
        original.payloadByteCount -= Self.originalSequenceByteCount
        return original
    }

    /// Octets that go before the payload of a packet sent again.
    public static let originalSequenceByteCount = 2
}

extension RTPHeader {
    /// Writes the two octets that go before the payload of a packet sent again, and returns two.
    @inlinable
    @discardableResult
    public static func writeOriginalSequenceNumber(
        _ sequenceNumber: UInt16,
        to out: UnsafeMutableRawPointer
    ) -> Int {
        out.storeBytes(of: sequenceNumber.bigEndian, as: UInt16.self)
        return RTPLayout.originalSequenceByteCount
    }
}
