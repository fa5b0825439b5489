import Codecs
import Wire

/// What stands before a key frame's first slice, with the parameter sets that the source has left out.
struct CompletedHead {
    /// Where it lies among the sample's octets.
    let range: Range<Int>
    /// Octets of it as it is written.
    private(set) var byteCount = 0
    private let missing: ParameterSets.Kinds

    /// - Returns: `nil` where nothing that is known is missing.
    init?(
        of unit: AccessUnit, _ payload: RawSpan, _ framing: NALUnitFraming, _ track: TransportTrack
    ) {
        missing = track.parameterSets.known(unit.missing)
        guard !missing.isEmpty else { return nil }
        range = unit.restOffset..<unit.pictureOffset
        var count = 0
        track.parameterSets.complete(
            payload.extracting(range), framing: framing, with: missing
        ) { count += 4 + $0.byteCount }
        byteCount = count
    }

    func append(
        of payload: RawSpan, _ framing: NALUnitFraming, _ track: TransportTrack,
        to cutter: inout PacketCutter
    ) {
        track.parameterSets.complete(
            payload.extracting(range), framing: framing, with: missing
        ) { unit in
            cutter.appendStartCode()
            cutter.append(unit)
        }
    }
}
