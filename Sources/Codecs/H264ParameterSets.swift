import Wire

/// The sequence and picture parameter sets of one H.264 stream as last heard.
///
/// From SDP at first, then from the stream, which is right where the two differ. At most
/// `Self.limit` sets are kept; a stream with more gives the oldest up.
public struct H264ParameterSets: Hashable, Sendable {
    private struct Entry: Hashable, Sendable {
        let key: UInt16  // the unit's type above, the set's own number below
        var unit: [UInt8]
    }

    private var entries: [Entry] = []  // sequence sets before picture sets, each by their coming

    /// No sets.
    public init() {}

    /// Reads `sprop-parameter-sets` (RFC 6184 §8.1): base64, parted by commas. What cannot be read,
    /// or is no parameter set, is passed over. Cameras write start codes here too.
    public init(spropParameterSets text: some StringProtocol) {
        for part in String(text).split(separator: ",") {
            guard let octets = decodeBase64(part), octets.count > 1 else { continue }
            if octets[0] == 0 {
                var units = NALUnits(octets.span.bytes, framing: .startCodes)
                while let unit = units.next() { learn(unit) }
            } else {
                learn(octets.span.bytes)
            }
        }
    }

    /// Whether a picture can be decoded: there is a sequence and a picture parameter set.
    public var isComplete: Bool { sequence != nil && picture != nil }

    /// The last sequence parameter set: a NAL unit without framing.
    public var sequence: [UInt8]? {
        entries.last { $0.key >> 8 == UInt16(H264UnitType.sequenceParameterSet.rawValue) }?.unit
    }

    /// The last picture parameter set: a NAL unit without framing.
    public var picture: [UInt8]? {
        entries.last { $0.key >> 8 == UInt16(H264UnitType.pictureParameterSet.rawValue) }?.unit
    }

    /// All sets in the order in which a decoder wants them, without framing.
    public var units: [[UInt8]] { entries.map(\.unit) }

    /// Keeps `unit`, a NAL unit without framing; anything but a parameter set is passed over.
    ///
    /// - Returns: Whether it is new or differs from the set of that number. Allocates only then.
    @discardableResult
    public mutating func learn(_ unit: RawSpan) -> Bool {
        guard let key = Self.key(of: unit) else { return false }
        guard let index = entries.firstIndex(where: { $0.key == key }) else {
            if entries.count == Self.limit { entries.removeFirst() }
            let place = entries.firstIndex { $0.key >> 8 > key >> 8 } ?? entries.count
            entries.insert(Entry(key: key, unit: unit.withUnsafeBytes { Array($0) }), at: place)
            return true
        }
        let isSame = unit.withUnsafeBytes { entries[index].unit.elementsEqual($0) }
        if !isSame { entries[index].unit = unit.withUnsafeBytes { Array($0) } }
        return !isSame
    }

    private static func key(of unit: RawSpan) -> UInt16? {
        guard unit.byteCount > 1 else { return nil }
        let octet = unit.unsafeLoad(fromUncheckedByteOffset: 0, as: UInt8.self)
        var reader = BitReader(unit)
        let id: UInt32
        switch H264UnitType(octet: octet) {
        case .sequenceParameterSet:  // behind profile, constraints and level
            guard (try? reader.skip(32)) != nil, let read = try? reader.readUnsignedGolomb() else {
                return nil
            }
            id = read
        case .pictureParameterSet:
            guard (try? reader.skip(8)) != nil, let read = try? reader.readUnsignedGolomb() else {
                return nil
            }
            id = read
        default:
            return nil
        }
        guard id < 256 else { return nil }
        return UInt16(octet & 0x1F) << 8 | UInt16(id)
    }

    /// How many sets are kept. Encoders use two; far more are a stranger's doing.
    public static let limit = 32
}
