import Codecs
import Wire

extension TransportStreamWriter {
    mutating func writeVideo(
        _ sample: Sample, _ payload: RawSpan, framing: NALUnitFraming, isH265: Bool,
        into output: inout ByteWriter
    ) throws(MuxerError) {
        let index = sample.track
        guard
            let unit = AccessUnit(
                payload, framing: framing, isH265: isH265, sets: &tracks[index].parameterSets)
        else { throw .malformedSample(track: index) }
        let timing = advance(to: sample, into: &output)
        let isKeyframe = sample.isKeyframe || unit.isRandomAccess
        let missing = isKeyframe ? unit.missing : []
        let delimiterByteCount =
            4 + (unit.delimiterByteCount > 0 ? unit.delimiterByteCount : isH265 ? 3 : 2)
        let byteCount =
            delimiterByteCount + tracks[index].parameterSets.byteCount(of: missing)
            + unit.restByteCount
        let header = PESHeader(
            streamID: tracks[index].streamID, payloadByteCount: byteCount, isAligned: true,
            presentation: stamp(timing.presentationTime), decode: stamp(timing.decodeTime))
        var cutter = begin(header, byteCount, of: index, isKeyframe: isKeyframe, into: &output)
        if unit.delimiterByteCount == 0 {
            scratch.write(UInt32(1))
            if isH265 { scratch.write(UInt16(0x4601)) } else { scratch.write(UInt8(9)) }
            // Any kind of picture may follow: the one answer that is always true.
            scratch.write(UInt8(isH265 ? 0x50 : 0xF0))
        }
        cutter.append(scratch.bytes.span.bytes, to: &output)
        if unit.delimiterByteCount > 0 {
            cutter.appendStartCode(to: &output)
            var walk = NALUnits(payload, framing: framing)
            if let delimiter = walk.next() { cutter.append(delimiter, to: &output) }
        }
        tracks[index].parameterSets.append(missing, through: &cutter, to: &output)
        Self.append(payload, from: unit.restOffset, framing: framing, to: &cutter, &output)
        tracks[index].counter = cutter.counter
    }

    private static func append(
        _ payload: RawSpan, from offset: Int, framing: NALUnitFraming,
        to cutter: inout PacketCutter, _ output: inout ByteWriter
    ) {
        let rest = payload.extracting(offset..<payload.byteCount)
        guard framing != .startCodes else { return cutter.append(rest, to: &output) }
        var walk = NALUnits(rest, framing: framing)
        while let unit = walk.next() {
            cutter.appendStartCode(to: &output)
            cutter.append(unit, to: &output)
        }
    }
}
