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
        let head = isKeyframe ? CompletedHead(of: unit, payload, framing, tracks[index]) : nil
        let delimiterByteCount =
            4 + (unit.delimiterByteCount > 0 ? unit.delimiterByteCount : isH265 ? 3 : 2)
        let byteCount =
            delimiterByteCount
            + (head.map { $0.byteCount + unit.pictureByteCount } ?? unit.restByteCount)
        let header = PESHeader(
            streamID: tracks[index].streamID, payloadByteCount: byteCount, isAligned: true,
            presentation: stamp(timing.presentationTime), decode: stamp(timing.decodeTime))
        let packet = begin(header, byteCount, of: index, isKeyframe: isKeyframe, into: &output)
        payload.withUnsafeBytes { payload in
            packet.write(to: &output) { cutter in
                if unit.delimiterByteCount > 0 {
                    Self.appendDelimiter(of: payload.bytes, framing, to: &cutter)
                } else {
                    Self.appendDelimiter(isH265: isH265, to: &cutter)
                }
                if let head {
                    head.append(of: payload.bytes, framing, tracks[index], to: &cutter)
                }
                Self.append(
                    payload.bytes, from: head?.range.upperBound ?? unit.restOffset, framing,
                    to: &cutter)
            }
        }
        tracks[index].counter = packet.nextCounter
    }

    /// Any kind of picture may follow: the one answer that is always true.
    private static func appendDelimiter(isH265: Bool, to cutter: inout PacketCutter) {
        cutter.appendStartCode()
        if isH265 {
            cutter.appendHead(3) {
                $0.storeBytes(of: UInt16(0x4601).bigEndian, as: UInt16.self)
                $0.storeBytes(of: 0x50, toByteOffset: 2, as: UInt8.self)
            }
        } else {
            cutter.appendHead(2) { $0.storeBytes(of: UInt16(0x09F0).bigEndian, as: UInt16.self) }
        }
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
