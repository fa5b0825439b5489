import Codecs
import Wire

/// Where a movie's track has its parameter sets: in the sample entry, and with the pictures as the source has
/// them. Once the stream brings others, all stand before each key frame (ISO/IEC 14496-15 §5.3.1, §8.3.1).
///
/// What the entry has told is not taken out of the samples: a player that goes from one file's fragments to
/// another's and keeps the first one's header, as ffmpeg's of HLS does, has only these.
struct CarriedSets {
    /// Those that the sample entry holds.
    let entry: ParameterSets
    /// Whether those with the pictures are to be heeded, as entries called `avc3` and `hev1` have it.
    private(set) var areInStream = false

    private let isH265: Bool
    private let framing: NALUnitFraming
    /// Those that hold now.
    private var present: ParameterSets

    init(_ entry: ParameterSets, isH265: Bool, framing: NALUnitFraming) {
        (self.entry, present) = (entry, entry)
        (self.isH265, self.framing) = (isH265, framing)
    }

    /// Leaves them with the pictures from here on.
    mutating func leaveInStream() { areInStream = true }

    /// Appends a sample: its NAL units, each behind its length in four octets. Where the sets have changed,
    /// a key frame has them all.
    mutating func write(_ payload: RawSpan, isKeyframe: Bool, to output: inout ByteWriter) {
        var walk = NALUnits(payload, framing: framing)
        let found = learn(&walk)
        let missing: ParameterSets.Kinds =
            areInStream && isKeyframe ? present.known(.all.subtracting(found)) : []
        guard !missing.isEmpty else { return write(all: payload, to: &output) }
        let head = payload.extracting(0..<walk.offset)
        present.complete(head, framing: framing, with: missing) { Self.write($0, to: &output) }
        write(all: payload.extracting(walk.offset..<payload.byteCount), to: &output)
    }

    /// Walks up to the first slice, behind which there are no sets.
    ///
    /// - Returns: The kinds of sets that stand before it.
    private mutating func learn(_ walk: inout NALUnits) -> ParameterSets.Kinds {
        var found: ParameterSets.Kinds = []
        while let header = walk.nextHeader {
            if case .picture = NALUnitKind(header: header, isH265: isH265) { break }
            guard let unit = walk.next() else { break }
            guard case .parameterSet(let kind) = NALUnitKind(unit, isH265: isH265) else { continue }
            found.insert(ParameterSets.Kinds(kind))
            if !areInStream, entry.contains(unit, kind: kind) { continue }
            areInStream = true
            present.learn(unit, kind: kind)
        }
        return found
    }

    private func write(all payload: RawSpan, to output: inout ByteWriter) {
        guard framing != .lengths(octets: 4) else { return output.write(payload) }
        var walk = NALUnits(payload, framing: framing)
        while let unit = walk.next() { Self.write(unit, to: &output) }
    }

    private static func write(_ unit: RawSpan, to output: inout ByteWriter) {
        output.write(UInt32(unit.byteCount))
        output.write(unit)
    }
}

extension ParameterSets {
    /// Whether this very set is among them.
    fileprivate func contains(_ unit: RawSpan, kind: Kind) -> Bool {
        units(of: kind).contains { known in unit.withUnsafeBytes { known.elementsEqual($0) } }
    }
}
