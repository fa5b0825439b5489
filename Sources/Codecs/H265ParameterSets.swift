import Wire

/// The video, sequence and picture parameter sets of one H.265 stream as last heard.
///
/// From SDP at first, then from the stream, which is right where the two differ. At most
/// `Self.limit` sets are kept; a stream with more gives the oldest up.
public struct H265ParameterSets: Hashable, Sendable {
    private struct Entry: Hashable, Sendable {
        let key: UInt16  // the unit's type above, the set's own number below
        var unit: [UInt8]
    }

    private var entries: [Entry] = []  // video before sequence before picture, each by its coming

    /// No sets.
    public init() {}

    /// Reads `sprop-vps`, `sprop-sps` and `sprop-pps` out of what `fmtp` says (RFC 7798 §7.1): base64,
    /// parted by commas. What cannot be read, or is no parameter set, is passed over.
    public init(formatParameters text: some StringProtocol) {
        for pair in Codecs.formatParameters(text) where Self.names.contains(pair.name) {
            for part in pair.value.split(separator: ",") {
                guard let octets = decodeBase64(part), octets.count > 2 else { continue }
                if octets[0] == 0 {  // start codes, as some cameras write them here too
                    var units = NALUnits(octets.span.bytes, framing: .startCodes)
                    while let unit = units.next() { learn(unit) }
                } else {
                    learn(octets.span.bytes)
                }
            }
        }
    }

    /// Whether a picture can be decoded: there is a set of each kind.
    public var isComplete: Bool { video != nil && sequence != nil && picture != nil }

    /// The last video parameter set: a NAL unit without framing.
    public var video: [UInt8]? { last(.videoParameterSet) }

    /// The last sequence parameter set: a NAL unit without framing.
    public var sequence: [UInt8]? { last(.sequenceParameterSet) }

    /// The last picture parameter set: a NAL unit without framing.
    public var picture: [UInt8]? { last(.pictureParameterSet) }

    /// All sets in the order in which a decoder wants them, without framing.
    public var units: [[UInt8]] { entries.map(\.unit) }

    /// Keeps `unit`, a NAL unit without framing; anything but a parameter set is passed over.
    ///
    /// - Returns: Whether it is new or differs from the set of that number. Allocates only then.
    @discardableResult
    public mutating func learn(_ unit: RawSpan) -> Bool {
        guard unit.byteCount > 2 else { return false }
        let type = H265UnitType(octet: unit.unsafeLoad(fromUncheckedByteOffset: 0, as: UInt8.self))
        guard type.isParameterSet, !isKnown(unit) else { return false }
        guard let id = try? Self.id(of: unit, type) else { return false }
        let key = UInt16(type.rawValue) << 8 | UInt16(id)
        let copy = unit.withUnsafeBytes { Array($0) }
        if let index = entries.firstIndex(where: { $0.key == key }) {
            entries[index].unit = copy
        } else {
            if entries.count == Self.limit { entries.removeFirst() }
            let place = entries.firstIndex { $0.key >> 8 > key >> 8 } ?? entries.count
            entries.insert(Entry(key: key, unit: copy), at: place)
        }
        return true
    }

    private func last(_ type: H265UnitType) -> [UInt8]? {
        entries.last { $0.key >> 8 == UInt16(type.rawValue) }?.unit
    }

    private func isKnown(_ unit: RawSpan) -> Bool {
        unit.withUnsafeBytes { octets in
            entries.contains { $0.unit.count == octets.count && $0.unit.elementsEqual(octets) }
        }
    }

    /// The set's own number (ITU-T H.265 §7.3.2.1 to §7.3.2.3).
    private static func id(of unit: RawSpan, _ type: H265UnitType) throws(ParseError) -> UInt8 {
        let head = unit.extracting(0..<min(unit.byteCount, headByteCount))
        let payload = NALUnits.rawByteSequence(of: head)
        var reader = BitReader(payload.span.bytes)
        try reader.skip(16)
        if type == .videoParameterSet { return UInt8(try reader.read(4)) }
        if type == .sequenceParameterSet {
            try reader.skip(4)
            let layers = Int(try reader.read(3))
            try reader.skip(1)
            try skipProfile(layers: layers, in: &reader)
        }
        let id = try reader.readUnsignedGolomb()
        guard id < (type == .sequenceParameterSet ? 16 : 64) else {
            throw .invalid(field: "parameter set id", at: reader.position / 8)
        }
        return UInt8(id)
    }

    /// `profile_tier_level` (§7.3.3) of `layers` sub-layers beside the highest.
    static func skipProfile(layers: Int, in reader: inout BitReader) throws(ParseError) {
        try reader.skip(96)
        guard layers > 0 else { return }
        var bits = 0
        for _ in 0..<layers {
            if try reader.readFlag() { bits += 88 }
            if try reader.readFlag() { bits += 8 }
        }
        try reader.skip(2 * (8 - layers) + bits)
    }

    /// How many sets are kept. Encoders use three; far more are a stranger's doing.
    public static let limit = 32

    private static let names = ["sprop-vps", "sprop-sps", "sprop-pps"]
    /// Enough for the longest `profile_tier_level`, emulation prevention included.
    private static let headByteCount = 256
}
