/// Which protocol a datagram on the shared port speaks (RFC 7983 §7, RFC 5761 §4).
public enum PacketKind: Hashable, Sendable {
    case stun
    case dtls
    case rtp
    case rtcp
    /// TURN channel data, ZRTP, garbage, nothing at all.
    case other

    /// Looks at two octets; the protocol's own parser judges the rest.
    @inlinable
    public init(_ bytes: RawSpan) {
        guard bytes.byteCount >= 2 else {
            self = .other
            return
        }
        switch bytes.unsafeLoad(fromUncheckedByteOffset: 0, as: UInt8.self) {
        case 0...3:
            self = .stun
        case 20...63:
            self = .dtls
        case 128...191:
            let second = bytes.unsafeLoad(fromUncheckedByteOffset: 1, as: UInt8.self)
            self = (192...223).contains(second) ? .rtcp : .rtp
        default:
            self = .other
        }
    }
}
