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
        let packet = begin(header, byteCount, of: index, isKeyframe: isKeyframe, into: &output)
        if unit.delimiterByteCount == 0 {
            scratch.write(UInt32(1))
            if isH265 { scratch.write(UInt16(0x4601)) } else { scratch.write(UInt8(9)) }
            // Any kind of picture may follow: the one answer that is always true.
            scratch.write(UInt8(isH265 ? 0x50 : 0xF0))
        }
        payload.withUnsafeBytes { payload in
            packet.write(to: &output) { cutter in
                cutter.append(scratch.bytes.span.bytes)
                if unit.delimiterByteCount > 0 {
                    Self.appendDelimiter(of: payload.bytes, framing, to: &cutter)
                }
                tracks[index].parameterSets.append(missing, to: &cutter)
                Self.append(payload.bytes, from: unit.restOffset, framing, to: &cutter)
            }
        }
        tracks[index].counter = packet.nextCounter
    }

    private static func appendDelimiter(
        of payload: RawSpan, _ framing: NALUnitFraming, to cutter: inout PacketCutter
    ) {
        var walk = NALUnits(payload, framing: framing)
        guard let delimiter = walk.next() else { return }
        cutter.appendStartCode()
        cutter.append(delimiter)
    }

    private static func append(
        _ payload: RawSpan, from offset: Int, _ framing: NALUnitFraming,
        to cutter: inout PacketCutter
    ) {
        let rest = payload.extracting(offset..<payload.byteCount)
        guard framing != .startCodes else { return cutter.append(rest) }
        var walk = NALUnits(rest, framing: framing)
        while let unit = walk.next() {
            cutter.appendStartCode()
            cutter.append(unit)
        }
    }
}
