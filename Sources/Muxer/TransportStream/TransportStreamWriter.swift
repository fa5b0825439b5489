import Timing
public import Wire

/// Writes an MPEG transport stream (ISO/IEC 13818-1): samples in, whole packets out.
///
/// Everything a call writes is appended to the caller's `ByteWriter`, in packets of 188 octets, and
/// may go to a file or a socket at once: a stream cut at any packet plays up to there. Video is
/// written by the call that brings it; audio is gathered for at most the configured span, so that
/// its packets are full. Samples come in roughly by decode time, each track's in its order.
///
/// Nothing is allocated once the caller's buffer and the queues have grown to the stream's size.
public struct TransportStreamWriter: ~Copyable {
    /// What has been written and mended so far.
    public internal(set) var statistics = TransportStreamStatistics()

    var tracks: [TransportTrack] = []
    var tables: TransportTables
    var clock = TransportClock()
    let configuration: TransportStreamConfiguration

    /// The track whose packets carry the clock: the first with pictures, else the first.
    let referenceTrack: Int

    /// A stream of one program.
    public init(
        _ formats: [TrackFormat],
        configuration: TransportStreamConfiguration = TransportStreamConfiguration()
    ) throws(MuxerError) {
        guard (1...Container.trackLimit).contains(formats.count) else {
            throw .trackCount(formats.count)
        }
        for (index, format) in formats.enumerated() {
            tracks.append(try TransportTrack(format, index: index))
        }
        self.configuration = configuration
        referenceTrack = formats.firstIndex { $0.kind == .video } ?? 0
        tables = TransportTables(tracks: tracks, reference: referenceTrack)
    }

    /// Writes, or gathers, one sample.
    ///
    /// - Parameters:
    ///   - sample: Whose it is, and when.
    ///   - payload: The sample's octets as the track's format describes them.
    ///   - output: Takes whole packets; may stay as it is for audio.
    public mutating func write(
        _ sample: Sample, payload: RawSpan, into output: inout ByteWriter
    ) throws(MuxerError) {
        guard tracks.indices.contains(sample.track) else { throw .noSuchTrack(sample.track) }
        guard payload.byteCount > 0 else { throw .emptySample(track: sample.track) }
        let before = output.count
        clock.origin = statistics.writtenByteCount - before
        switch tracks[sample.track].writing {
        case .video(let framing, let isH265):
            try writeVideo(sample, payload, framing: framing, isH265: isH265, into: &output)
        case .audio:
            try gatherAudio(sample, payload, into: &output)
        }
        statistics.samples += 1
        statistics.sampleByteCount += payload.byteCount
        statistics.writtenByteCount += output.count - before
    }

    /// Writes what has been gathered: at the end, before a pause, or where a segment ends. What
    /// follows begins with tables and a clock reference, so that it can be a file of its own.
    public mutating func flush(into output: inout ByteWriter) {
        let before = output.count
        clock.origin = statistics.writtenByteCount - before
        for index in tracks.indices { emitAudio(of: index, isWhole: true, into: &output) }
        clock.lastTables = nil
        statistics.writtenByteCount += output.count - before
    }

    /// Gives a track another format from its next sample on, under a new version of the map.
    public mutating func change(
        track index: Int, to format: TrackFormat, into output: inout ByteWriter
    ) throws(MuxerError) {
        guard tracks.indices.contains(index) else { throw .noSuchTrack(index) }
        var track = try TransportTrack(format, index: index)
        guard track.format.kind == tracks[index].format.kind else {
            throw .unsupportedFormat(track: index)
        }
        flush(into: &output)
        (track.counter, track.lastDecodeTime) = (
            tracks[index].counter, tracks[index].lastDecodeTime
        )
        track.step = tracks[index].step
        tracks[index] = track
        tables.change(tracks: tracks, reference: referenceTrack)
    }

}

extension TransportStreamWriter {
    /// Writes what must stand before a PES packet.
    mutating func begin(
        _ header: PESHeader, _ byteCount: Int, of index: Int, isKeyframe: Bool,
        into output: inout ByteWriter
    ) -> PacketizedUnit {
        var field = AdaptationField()
        let total = header.byteCount + byteCount
        if index == referenceTrack {
            let step = tracks[index].step
            let needsTables = isKeyframe || areTablesDue(after: step)
            if needsTables { writeTables(into: &output) }
            let isWanted =
                clock.needsReference && (isReferenceDue(after: step) || isReferenceFree(total))
            if needsTables || isWanted { field = clock.takeReference(at: output.count) }
        } else if clock.lastTables == nil {
            writeReference(into: &output)
        }
        field.isRandomAccess = isKeyframe
        return PacketizedUnit(
            pid: tracks[index].pid, header: header, byteCount: total, adaptation: field,
            counter: tracks[index].counter)
    }

    /// Whether the clock fits where there would be stuffing.
    private func isReferenceFree(_ byteCount: Int) -> Bool {
        PacketCutter.packetCount(of: byteCount, fieldByteCount: AdaptationField.referenceByteCount)
            == PacketCutter.packetCount(of: byteCount, fieldByteCount: 0)
    }
}
