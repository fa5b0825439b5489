/// How NAL units of H.264 and H.265 lie one after the other.
public enum NALUnitFraming: Hashable, Sendable {
    /// Each after a start code, 00 00 01 or 00 00 00 01 (H.264 Annex B).
    case startCodes
    /// Each after its length in one to four octets (ISO/IEC 14496-15).
    case lengths(octets: Int)
}

/// Walks the NAL units of an access unit, lending each out without its framing and uncopied.
///
/// A unit whose length reaches beyond the end ends the walk and sets `isMalformed`. Empty units are
/// stepped over. Start codes cost about one comparison for three octets, lengths nothing.
public struct NALUnits: ~Escapable {
    private let bytes: RawSpan
    private let framing: NALUnitFraming

    /// Where the next unit's framing begins.
    public private(set) var offset: Int

    /// Whether the walk ended at something that is no NAL unit.
    public private(set) var isMalformed = false

    /// Borrows `bytes` for the walk.
    @_lifetime(copy bytes)
    public init(_ bytes: RawSpan, framing: NALUnitFraming) {
        (self.bytes, self.framing) = (bytes, framing)
        offset = 0
        guard case .startCodes = framing else { return }
        offset = Self.startCode(in: bytes, from: 0)
        isMalformed = bytes.byteCount > 0 && offset == bytes.byteCount
    }

    /// Walks the units of an RTP payload of type STAP-A (RFC 6184 §5.7.1), its own octet included.
    @_lifetime(copy payload)
    public init(stapA payload: RawSpan) {
        let units = payload.extracting(min(1, payload.byteCount)..<payload.byteCount)
        self.init(units, framing: .lengths(octets: 2))
    }

    /// The first octet of the next NAL unit, found without looking for the unit's end; `nil` at the
    /// end, and before an empty unit.
    public var nextHeader: UInt8? {
        let start: Int
        switch framing {
        case .startCodes: start = offset + 3
        case .lengths(let octets): start = offset + octets
        }
        return start < bytes.byteCount ? Self.octet(bytes, start) : nil
    }

    /// The next NAL unit, at least one octet long; `nil` at the end.
    @_lifetime(copy self)
    public mutating func next() -> RawSpan? {
        switch framing {
        case .startCodes: nextAfterStartCode()
        case .lengths(let octets): nextAfterLength(octets)
        }
    }

    @_lifetime(copy self)
    private mutating func nextAfterStartCode() -> RawSpan? {
        while offset < bytes.byteCount {
            let start = offset + 3
            offset = Self.startCode(in: bytes, from: start)
            // Zeros before the next start code are its own, or trailing_zero_8bits.
            var end = offset
            while end > start, Self.octet(bytes, end - 1) == 0 { end -= 1 }
            if end > start { return bytes.extracting(start..<end) }
        }
        return nil
    }

    @_lifetime(copy self)
    private mutating func nextAfterLength(_ octets: Int) -> RawSpan? {
        while offset < bytes.byteCount, !isMalformed {
            var length = 0
            let start = offset + octets
            guard (1...4).contains(octets), start <= bytes.byteCount else { break }
            for index in offset..<start { length = length << 8 | Int(Self.octet(bytes, index)) }
            guard length <= bytes.byteCount - start else { break }
            offset = start + length
            if length > 0 { return bytes.extracting(start..<offset) }
        }
        isMalformed = isMalformed || offset < bytes.byteCount
        return nil
    }

    /// Where the three octets of the next start code begin; the end when there is none.
    private static func startCode(in bytes: RawSpan, from start: Int) -> Int {
        var index = start + 2
        while index < bytes.byteCount {
            // Eight octets without a zero are neither the beginning nor the middle of a code.
            if index &+ 8 <= bytes.byteCount, !hasZero(bytes, index &- 1) {
                index &+= 8
                continue
            }
            let last = octet(bytes, index)
            if last > 1 {
                index &+= 3
            } else if last == 1, octet(bytes, index &- 1) == 0, octet(bytes, index &- 2) == 0 {
                return index &- 2
            } else {
                index &+= 1
            }
        }
        return bytes.byteCount
    }

    private static func hasZero(_ bytes: RawSpan, _ offset: Int) -> Bool {
        let word = bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: UInt64.self)
        return (word &- 0x0101_0101_0101_0101) & ~word & 0x8080_8080_8080_8080 != 0
    }

    private static func octet(_ bytes: RawSpan, _ offset: Int) -> UInt8 {
        bytes.unsafeLoad(fromUncheckedByteOffset: offset, as: UInt8.self)
    }

    /// The unit's payload without its emulation prevention octets (H.264 §7.4.1): what a parameter
    /// set is parsed from. Copies: for parameter sets, never for slices.
    public static func rawByteSequence(of unit: RawSpan) -> [UInt8] {
        var payload: [UInt8] = []
        payload.reserveCapacity(unit.byteCount)
        var zeros = 0
        for index in 0..<unit.byteCount {
            let value = octet(unit, index)
            if zeros >= 2, value == 3 {
                zeros = 0
                continue
            }
            zeros = value == 0 ? zeros + 1 : 0
            payload.append(value)
        }
        return payload
    }
}
