import Wire

/// What a cut has torn at the end of a transport stream of ours: frames of sound begin in one packet and
/// go on in the next, which is not there. Who reads on in another file takes that one's octets for the
/// rest, is out of step with its frames, and may end there.
///
/// A torn frame becomes one of silence, of the length that its header says: over its octets that are
/// there, and with packets behind all others. Nothing moves, and no time changes. It may be cut short
/// anywhere, as the octets are written: done again, it comes to the same.
public struct TornSound: Hashable, Sendable {
    /// What goes over octets of torn frames, behind their headers.
    public private(set) var overwritten: [FileWrite] = []
    /// Whole packets for the stream's end; none where nothing is torn.
    public private(set) var packets: [UInt8] = []

    /// Looks at the last octets of a stream. A torn frame that is too short for silence stays as it is.
    ///
    /// - Parameters:
    ///   - formats: What its tracks hold.
    ///   - octets: Whole packets, the last ones.
    ///   - offset: Where in the file they begin.
    ///   - isLastLook: Whether no more of them can be had: a track that they do not tell of then stays as
    ///     it is, and keeps no other from being mended.
    /// - Returns: `nil` where they do not tell of each track, and more of them may.
    public init?(
        _ formats: [TrackFormat], endingWith octets: RawSpan, from offset: UInt64,
        isLastLook: Bool
    ) {
        var output = ByteWriter()
        for (index, format) in formats.enumerated() where format.isCutWherePacketsEnd {
            guard let track = try? TransportTrack(format, index: index) else { continue }
            let run = SoundRun(of: track.pid, in: octets)
            guard let place = run.tornFrame(of: format) else {
                guard isLastLook else { return nil }
                continue
            }
            let there = run.octets.count - place
            guard there > 0 else { continue }
            guard let frame = SilentFrame(format, in: run.octets, at: place) else { continue }
            if there > frame.headerByteCount {
                overwritten += run.places(from: place + frame.headerByteCount).map { piece in
                    let bytes = frame.octets[
                        piece.range.lowerBound - place..<piece.range.upperBound - place]
                    return FileWrite(offset: offset + UInt64(piece.offset), bytes: Array(bytes))
                }
            }
            Self.write(frame.octets[there...], of: track, counter: run.nextCounter, to: &output)
        }
        packets = output.bytes
    }

    /// The rest of a frame as a PES packet: without a time, for no frame begins in it.
    private static func write(
        _ rest: ArraySlice<UInt8>, of track: TransportTrack, counter: UInt8,
        to output: inout ByteWriter
    ) {
        let header = PESHeader(
            streamID: track.streamID, payloadByteCount: rest.count, isAligned: false,
            presentation: nil)
        let packet = PacketizedUnit(
            pid: track.pid, header: header, byteCount: header.byteCount + rest.count,
            adaptation: AdaptationField(), counter: counter)
        packet.write(to: &output) { cutter in cutter.append(rest.span.bytes) }
    }
}
