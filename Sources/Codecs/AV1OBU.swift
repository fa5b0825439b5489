public import Wire

/// What an open bitstream unit of AV1 holds (AV1 specification §6.2.2).
public struct AV1OBUType: RawRepresentable, Hashable, Sendable {
    /// `obu_type`, 0...15.
    public let rawValue: UInt8

    /// The type numbered `rawValue`.
    @inlinable
    public init(rawValue: UInt8) { self.rawValue = rawValue & 0x0F }

    /// What a decoder must know before the first frame.
    public static let sequenceHeader = AV1OBUType(rawValue: 1)
    /// Begins a temporal unit in a file; RTP leaves it out.
    public static let temporalDelimiter = AV1OBUType(rawValue: 2)
    /// A frame's header, its tiles in units of their own.
    public static let frameHeader = AV1OBUType(rawValue: 3)
    /// Tiles of a frame.
    public static let tileGroup = AV1OBUType(rawValue: 4)
    /// Descriptions: light, colour, scalability, time codes.
    public static let metadata = AV1OBUType(rawValue: 5)
    /// A frame's header and tiles.
    public static let frame = AV1OBUType(rawValue: 6)
    /// A frame's header once more.
    public static let redundantFrameHeader = AV1OBUType(rawValue: 7)
    /// Tiles of large scale coding; RTP leaves them out.
    public static let tileList = AV1OBUType(rawValue: 8)
    /// Octets that mean nothing.
    public static let padding = AV1OBUType(rawValue: 15)

    /// Whether the unit holds part of a picture.
    @inlinable
    public var isPicture: Bool { self == .frameHeader || self == .frame || self == .tileGroup }
}

/// The header of an open bitstream unit (AV1 specification §5.3), without its size.
public struct AV1OBUHeader: Hashable, Sendable {
    /// What the unit holds.
    public var type: AV1OBUType
    /// Whether the unit's length stands behind the header.
    public var hasSize: Bool
    /// The temporal layer, 0...7; 0 where nothing says.
    public var temporalLayer: UInt8 = 0
    /// The spatial layer, 0...3; 0 where nothing says.
    public var spatialLayer: UInt8 = 0
    /// The header's length: 1, or 2 with the layers.
    public var byteCount = 1

    /// Reads the header at the front of `unit`.
    @inlinable
    public init(parsing unit: RawSpan) throws(ParseError) {
        var reader = ByteReader(unit)
        let octet = try reader.readUInt8()
        guard octet & 0x80 == 0 else { throw .invalid(field: "obu_forbidden_bit", at: 0) }
        type = AV1OBUType(rawValue: octet >> 3)
        hasSize = octet & 0x02 != 0
        guard octet & 0x04 != 0 else { return }
        let layers = try reader.readUInt8()
        (temporalLayer, spatialLayer, byteCount) = (layers >> 5, layers >> 3 & 0x03, 2)
    }
}

/// Walks the units of a temporal unit, each with its size (AV1 specification §5.2), lending each out
/// uncopied.
///
/// A unit whose size reaches beyond the end ends the walk and sets `isMalformed`; the last unit may
/// lack its size.
public struct AV1OBUs: ~Escapable {
    /// One unit, lent out.
    public struct Unit: ~Escapable {
        /// The header.
        public let header: AV1OBUHeader
        /// All of it: header, size, payload.
        public let bytes: RawSpan
        /// What follows header and size.
        public let payload: RawSpan

        @_lifetime(copy bytes)
        init(_ header: AV1OBUHeader, _ bytes: RawSpan, payloadAt offset: Int) {
            self.header = header
            self.bytes = bytes
            payload = bytes.extracting(offset..<bytes.byteCount)
        }
    }

    private let bytes: RawSpan
    private var offset = 0

    /// Whether the walk ended at something that is no unit.
    public private(set) var isMalformed = false

    /// Borrows `bytes` for the walk.
    @_lifetime(copy bytes)
    public init(_ bytes: RawSpan) { self.bytes = bytes }

    /// The next unit; `nil` at the end.
    @_lifetime(copy self)
    public mutating func next() -> Unit? {
        guard offset < bytes.byteCount, !isMalformed else { return nil }
        let rest = bytes.extracting(offset..<bytes.byteCount)
        guard let header = try? AV1OBUHeader(parsing: rest) else {
            isMalformed = true
            return nil
        }
        var start = header.byteCount
        var end = rest.byteCount
        if header.hasSize {
            var reader = ByteReader(rest.extracting(start..<rest.byteCount))
            guard let size = try? reader.readLEB128(), size <= reader.remaining else {
                isMalformed = true
                return nil
            }
            start += reader.offset
            end = start + size
        }
        offset += end
        return Unit(header, rest.extracting(0..<end), payloadAt: start)
    }
}

extension ByteReader {
    /// Reads a length of AV1, seven bits an octet, the low ones first (`leb128`, §4.10.5).
    public mutating func readLEB128() throws(ParseError) -> Int {
        var value = 0
        for index in 0..<8 {
            let octet = try peekUInt8(ahead: index)
            value |= Int(octet & 0x7F) << (7 * index)
            guard octet & 0x80 == 0 else { continue }
            guard value <= Int(UInt32.max) else { break }
            try skip(index + 1)
            return value
        }
        throw .invalid(field: "leb128", at: offset)
    }
}
