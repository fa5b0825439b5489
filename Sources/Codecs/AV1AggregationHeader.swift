public import Wire

/// The octet before every AV1 payload (AV1 RTP 1.0 §4.4).
///
/// ```
///  0 1 2 3 4 5 6 7
/// +-+-+-+-+-+-+-+-+
/// |Z|Y| W |N|-|-|-|
/// +-+-+-+-+-+-+-+-+
/// ```
public struct AV1AggregationHeader: Hashable, Sendable {
    /// Whether the first OBU element continues one of the packet before (Z).
    public var continuesPrevious: Bool
    /// Whether the last OBU element goes on in the next packet (Y).
    public var continuesInNext: Bool
    /// How many OBU elements there are, 1...3; 0 when each is preceded by its length (W).
    public var elementCount: UInt8
    /// Whether a coded video sequence begins here: a key frame with its sequence header (N).
    public var beginsSequence: Bool

    /// Reads the first octet of `payload`.
    @inlinable
    public init(parsing payload: RawSpan) throws(ParseError) {
        var reader = ByteReader(payload)
        let octet = try reader.readUInt8()
        continuesPrevious = octet & 0x80 != 0
        continuesInNext = octet & 0x40 != 0
        elementCount = octet >> 4 & 0x03
        beginsSequence = octet & 0x08 != 0
        // A sequence cannot begin with the rest of an earlier OBU (AV1 RTP §4.4).
        guard !(beginsSequence && continuesPrevious) else { throw .invalid(field: "N", at: 0) }
    }

    /// Whether `payload` begins a coded video sequence.
    @inlinable
    public static func isKeyframe(payload: RawSpan) -> Bool {
        guard payload.byteCount > 1,
            let header = try? AV1AggregationHeader(parsing: payload)
        else { return false }
        return header.beginsSequence
    }
}
