import Codecs
import Wire

/// How an access unit's NAL units will lie in the stream: what one look at its head tells.
///
/// A unit with start codes is scanned up to its first slice and then taken as it is; one with
/// lengths is walked whole, for each length becomes a start code.
struct AccessUnit {
    /// Octets of the access unit delimiter it brings along; 0 where one must be put in.
    private(set) var delimiterByteCount = 0
    /// Where, among the sample's octets, what follows the delimiter begins.
    private(set) var restOffset = 0
    /// Where the first slice begins, with its framing; behind the last octet where there is none.
    private(set) var pictureOffset = 0
    /// Octets that follow the delimiter, each NAL unit with its start code.
    private(set) var restByteCount = 0
    /// Those of them from the first slice on.
    private(set) var pictureByteCount = 0
    /// Whether a decoder can begin here.
    private(set) var isRandomAccess = false
    /// The kinds of parameter sets it lacks.
    private(set) var missing = ParameterSets.Kinds.all

    /// Looks at `payload`, and learns the parameter sets in it.
    ///
    /// - Returns: `nil` when the framing is broken or there is no NAL unit.
    init?(_ payload: RawSpan, framing: NALUnitFraming, isH265: Bool, sets: inout ParameterSets) {
        var walk = NALUnits(payload, framing: framing)
        var isFirst = true
        var isBeforePicture = true
        pictureOffset = payload.byteCount
        while let header = walk.nextHeader {
            let kind = NALUnitKind(header: header, isH265: isH265)
            if isBeforePicture, case .picture(let isRandomAccess) = kind {
                self.isRandomAccess = isRandomAccess
                isBeforePicture = false
                pictureOffset = walk.offset
                // What follows is taken as it is, and its end need not be looked for.
                if framing == .startCodes {
                    takeRestAsItIs(payload)
                    return
                }
            }
            guard let unit = walk.next() else { break }
            if isFirst, kind == .delimiter {
                delimiterByteCount = unit.byteCount
                restOffset = walk.offset
            } else {
                restByteCount += 4 + unit.byteCount
                if isBeforePicture {
                    learn(unit, kind, &sets)
                } else {
                    pictureByteCount += 4 + unit.byteCount
                }
            }
            isFirst = false
        }
        // Only empty units can be left: stepping over them tells whether the end is one.
        if walk.next() != nil || walk.isMalformed || isFirst { return nil }
        if framing == .startCodes { takeRestAsItIs(payload) }
    }

    private mutating func learn(
        _ unit: RawSpan, _ kind: NALUnitKind, _ sets: inout ParameterSets
    ) {
        guard case .parameterSet(let kind) = kind else { return }
        sets.learn(unit, kind: kind)
        missing.remove(ParameterSets.Kinds(kind))
    }

    private mutating func takeRestAsItIs(_ payload: RawSpan) {
        // A start code may have a fourth octet, a zero before the three.
        if delimiterByteCount > 0, restOffset < payload.byteCount,
            payload.unsafeLoad(fromByteOffset: restOffset - 1, as: UInt8.self) == 0
        {
            restOffset -= 1
        }
        restByteCount = payload.byteCount - restOffset
        if pictureOffset > restOffset,
            payload.unsafeLoad(fromByteOffset: pictureOffset - 1, as: UInt8.self) == 0
        {
            pictureOffset -= 1
        }
        pictureByteCount = payload.byteCount - pictureOffset
    }
}
