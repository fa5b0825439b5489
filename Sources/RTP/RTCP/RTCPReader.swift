public import Wire

/// Walks a compound RTCP packet, or a reduced-size one (RFC 5506), packet by packet.
///
/// ```swift
/// var reader = RTCPReader(bytes)
/// while let packet = reader.next() { … }
/// if reader.failure != nil { drops.malformed += 1 }
/// ```
/// What stands before a malformed packet is given out; what follows it is not, for its place is
/// unknown. The work and the memory are bounded by the datagram's length.
public struct RTCPReader: ~Escapable {
    private var reader: ByteReader
    /// Why the walk ended early; `nil` while all is well.
    public private(set) var failure: ParseError?

    /// Borrows `bytes`, one whole datagram.
    @_lifetime(copy bytes)
    public init(_ bytes: RawSpan) { reader = ByteReader(bytes) }

    /// The next packet; `nil` at the end, and after a malformed one.
    public mutating func next() -> RTCPPacket? {
        guard failure == nil, !reader.isAtEnd else { return nil }
        var bodyOffset = 0
        do throws(ParseError) {
            let header = try RTCPHeader(parsing: &reader)
            let start = reader.offset
            var body = ByteReader(try reader.read(header.bodyByteCount))
            try reader.skip(header.paddingByteCount)
            bodyOffset = start
            return try RTCPPacket(header, parsing: &body)
        } catch {
            failure = error.shifted(by: bodyOffset)
            return nil
        }
    }
}

extension ParseError {
    fileprivate func shifted(by distance: Int) -> ParseError {
        switch self {
        case .truncated(let offset, let needed): .truncated(at: offset + distance, needed: needed)
        case .invalid(let field, let offset): .invalid(field: field, at: offset + distance)
        }
    }
}
