import Codecs
import Timing
import Wire

extension TransportStreamWriter {
    mutating func gatherAudio(
        _ sample: Sample, _ payload: RawSpan, into output: inout ByteWriter
    ) throws(MuxerError) {
        let index = sample.track
        guard let duration = tracks[index].gathered.duration(of: payload) else {
            throw .malformedSample(track: index)
        }
        let timing = advance(to: sample, into: &output)
        if tracks[index].gathered.ends(before: timing.decodeTime, payload.byteCount) {
            emitAudio(of: index, isWhole: true, into: &output)
        }
        let isFull = tracks[index].gather(
            payload, at: timing.presentationTime, lasting: duration, upTo: configuration.audioSpan)
        if isFull || index == referenceTrack && isReferenceDue(after: duration) {
            emitAudio(of: index, isWhole: configuration.audioSpan == .zero, into: &output)
        }
    }

    /// As much as fills transport packets.
    private func octetsToEmit(of index: Int, isWhole: Bool, headroom: Int) -> Int {
        let count = tracks[index].gathered.byteCount
        if isWhole { return count }
        if tracks[index].gathered.isKeptWhole { return count }
        let packets = (count + headroom) / PacketCutter.roomPerPacket
        return packets > 0 ? packets * PacketCutter.roomPerPacket - headroom : count
    }

    /// Writes gathered audio as one PES packet: all of it, or as much as fills transport packets.
    mutating func emitAudio(of index: Int, isWhole: Bool, into output: inout ByteWriter) {
        guard tracks[index].gathered.byteCount > 0 else { return }
        if index != referenceTrack, clock.lastTables == nil { writeReference(into: &output) }
        // Header and, where this track carries the clock, its reference.
        let headroom = 14 + (index == referenceTrack ? 8 : 0)
        let count = octetsToEmit(of: index, isWhole: isWhole, headroom: headroom)
        let start = tracks[index].gathered.start(within: count)
        let lead = configuration.decoderLead
        let header = PESHeader(
            streamID: tracks[index].streamID, payloadByteCount: count,
            isAligned: tracks[index].gathered.beginsWithFrame,
            presentation: start.map { ($0 + lead).ticks90 })
        let packet = begin(header, count, of: index, isKeyframe: false, into: &output)
        packet.write(to: &output) { cutter in
            tracks[index].gathered.append(first: count, to: &cutter)
        }
        tracks[index].counter = packet.nextCounter
        tracks[index].gathered.removeFirst(count)
    }
}
