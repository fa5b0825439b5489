import Codecs
import Wire

/// Which part of an access unit a NAL unit is, in either codec.
enum NALUnitKind: Hashable {
    case delimiter
    case parameterSet(ParameterSets.Kind)
    case picture(isRandomAccess: Bool)
    case other

    /// The kind of the unit whose first octet is `header`.
    init(header: UInt8, isH265: Bool) {
        self = isH265 ? Self(h265: header) : Self(h264: header)
    }

    /// The kind of a whole unit, which is not empty.
    init(_ unit: RawSpan, isH265: Bool) {
        let header = unit.unsafeLoad(fromByteOffset: 0, as: UInt8.self)
        self.init(header: header, isH265: isH265)
    }

    /// ITU-T H.264, table 7-1.
    private init(h264 octet: UInt8) {
        switch octet & 0x1F {
        case 1...4: self = .picture(isRandomAccess: false)
        case 5: self = .picture(isRandomAccess: true)
        case 7: self = .parameterSet(.sequence)
        case 8: self = .parameterSet(.picture)
        case 9: self = .delimiter
        default: self = .other
        }
    }

    /// ITU-T H.265, table 7-1.
    private init(h265 octet: UInt8) {
        switch octet >> 1 & 0x3F {
        case 16...23: self = .picture(isRandomAccess: true)
        case 0...31: self = .picture(isRandomAccess: false)
        case 32: self = .parameterSet(.video)
        case 33: self = .parameterSet(.sequence)
        case 34: self = .parameterSet(.picture)
        case 35: self = .delimiter
        default: self = .other
        }
    }
}

/// The parameter sets of a track as last heard, so that each random access point can have them.
struct ParameterSets {
    /// In the order they are written.
    enum Kind: Int, CaseIterable { case video, sequence, picture }

    /// Some of the kinds.
    struct Kinds: OptionSet {
        let rawValue: UInt8

        init(rawValue: UInt8) { self.rawValue = rawValue }
        init(_ kind: Kind) { rawValue = 1 << UInt8(kind.rawValue) }

        static let all = Kinds(rawValue: 7)
    }

    private struct Entry {
        let kind: Kind
        let id: UInt32
        var unit: [UInt8]
    }

    private let isH265: Bool
    private var entries: [Entry] = []

    init(_ units: [[UInt8]], isH265: Bool) {
        self.isH265 = isH265
        for unit in units {
            let bytes = unit.span.bytes
            guard !bytes.isEmpty else { continue }
            if case .parameterSet(let kind) = NALUnitKind(bytes, isH265: isH265) {
                learn(bytes, kind: kind)
            }
        }
    }

    var isEmpty: Bool { entries.isEmpty }

    /// The sets of one kind, as NAL units.
    func units(of kind: Kind) -> [[UInt8]] {
        entries.filter { $0.kind == kind }.map(\.unit)
    }

    /// Octets that the sets of `kinds` take, each after a start code of four.
    func byteCount(of kinds: Kinds) -> Int {
        guard !kinds.isEmpty else { return 0 }
        var count = 0
        for entry in entries where kinds.contains(Kinds(entry.kind)) {
            count += 4 + entry.unit.count
        }
        return count
    }

    /// Keeps a set heard in the stream. Allocates only when it is new or differs.
    mutating func learn(_ unit: RawSpan, kind: Kind) {
        guard unit.byteCount <= Self.byteLimit else { return }
        let id = id(of: unit, kind: kind)
        guard let index = entries.firstIndex(where: { $0.kind == kind && $0.id == id }) else {
            if entries.count(where: { $0.kind == kind }) == Self.limit,
                let oldest = entries.firstIndex(where: { $0.kind == kind })
            {
                entries.remove(at: oldest)
            }
            let entry = Entry(kind: kind, id: id, unit: unit.withUnsafeBytes { Array($0) })
            let place = entries.firstIndex { $0.kind.rawValue > kind.rawValue }
            entries.insert(entry, at: place ?? entries.count)
            return
        }
        let isSame = unit.withUnsafeBytes { entries[index].unit.elementsEqual($0) }
        if !isSame { entries[index].unit = unit.withUnsafeBytes { Array($0) } }
    }

    /// Hands the sets of `kinds` over in order, each after its start code.
    func append(_ kinds: Kinds, to cutter: inout PacketCutter) {
        guard !kinds.isEmpty else { return }
        for entry in entries where kinds.contains(Kinds(entry.kind)) {
            cutter.appendStartCode()
            cutter.append(entry.unit.span.bytes)
        }
    }

    /// The sets' own numbers lie before any octet that emulation prevention could have moved;
    /// H.265's sequence sets are taken to be one, for theirs lies behind the whole profile.
    private func id(of unit: RawSpan, kind: Kind) -> UInt32 {
        let skipped: Int
        switch (isH265, kind) {
        case (false, .sequence): skipped = 32
        case (false, _): skipped = 8
        case (true, .picture): skipped = 16
        case (true, _): return 0
        }
        var reader = BitReader(unit)
        guard (try? reader.skip(skipped)) != nil else { return 0 }
        return (try? reader.readUnsignedGolomb()) ?? 0
    }

    /// Of a kind, far more than encoders use; the oldest goes first.
    private static let limit = 64
    /// Far longer than any set is; what is longer is none. Files say lengths in sixteen bits.
    private static let byteLimit = 8_192
}
