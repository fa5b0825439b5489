import Codecs
import Wire

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

        /// Those that are written before one.
        static func before(_ kind: Kind) -> Kinds {
            Kinds(rawValue: 1 << UInt8(kind.rawValue) - 1)
        }
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

    /// Those of `kinds` that are known.
    func known(_ kinds: Kinds) -> Kinds {
        var known: Kinds = []
        for entry in entries { known.insert(Kinds(entry.kind)) }
        return known.intersection(kinds)
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

    /// Hands over the units of an access unit's head, and among them the sets that it lacks. A set must stand
    /// behind those it refers to: old ones of the pictures behind a new one of the sequence.
    ///
    /// - Parameters:
    ///   - head: What stands before the first slice.
    ///   - missing: The kinds of which the head has none.
    func complete(
        _ head: RawSpan, framing: NALUnitFraming, with missing: Kinds, _ body: (RawSpan) -> Void
    ) {
        var setsAhead = 0
        var walk = NALUnits(head, framing: framing)
        while let unit = walk.next() {
            if case .parameterSet = NALUnitKind(unit, isH265: isH265) { setsAhead += 1 }
        }
        var missing = missing
        walk = NALUnits(head, framing: framing)
        while let unit = walk.next() {
            switch NALUnitKind(unit, isH265: isH265) {
            case .delimiter: break
            case .parameterSet(let kind):
                setsAhead -= 1
                hand(missing.intersection(.before(kind)), to: body)
                missing.subtract(.before(kind))
            case .picture, .other:
                guard setsAhead == 0 else { break }
                hand(missing, to: body)
                missing = []
            }
            body(unit)
        }
        hand(missing, to: body)
    }

    private func hand(_ kinds: Kinds, to body: (RawSpan) -> Void) {
        for entry in entries where kinds.contains(Kinds(entry.kind)) {
            body(entry.unit.span.bytes)
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
