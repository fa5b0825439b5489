import Timing
import Wire

// What moves the stream's time on, and the tables and clock references that are due then.

extension TransportStreamWriter {
    /// Moves time on to a sample's, and fills what would be too long a silence of tables or clock.
    ///
    /// - Returns: The sample with decode times that rise and a presentation not before them.
    mutating func advance(to sample: Sample, into output: inout ByteWriter) -> Sample {
        var timing = sample
        let hasJumped = hasJumped(sample)
        statistics.correctedTimes += tracks[sample.track].settle(&timing, configuration)
        if hasJumped {
            openTimeBase(at: timing.decodeTime, into: &output)
        } else {
            move(to: timing.decodeTime, into: &output)
        }
        return timing
    }

    /// Whether a sample begins a new time base. A track that goes on from its own last sample, or catches
    /// up with the others after a pause, does not, however late it is handed in behind them: it would
    /// be sample by sample.
    private func hasJumped(_ sample: Sample) -> Bool {
        guard let now = clock.now else { return false }
        let distance = abs((sample.decodeTime - now).nanoseconds)
        guard distance > configuration.jump.nanoseconds else { return false }
        guard distance <= Self.longestLag.nanoseconds else { return true }
        guard let last = tracks[sample.track].lastDecodeTime else { return sample.decodeTime > now }
        let step = sample.decodeTime - last
        return step > configuration.jump
            ? sample.decodeTime > now : step < .zero - configuration.jump
    }

    private mutating func move(to time: Interval, into output: inout ByteWriter) {
        guard let now = clock.now else {
            clock.now = time
            return
        }
        guard time > now else { return }
        // Audio that has paused must not wait for its next frame.
        for index in tracks.indices {
            if let oldest = tracks[index].gathered.oldest, time - oldest > configuration.audioSpan {
                emitAudio(of: index, isWhole: true, into: &output)
            }
        }
        while let due = nextDue, due < time {
            clock.now = due
            writeReference(into: &output)
        }
        clock.now = time
    }

    /// What was gathered belongs to the old time base; the new one begins with tables and clock.
    private mutating func openTimeBase(at time: Interval, into output: inout ByteWriter) {
        var isOpen = clock.lastTables != nil
        for index in tracks.indices { emitAudio(of: index, isWhole: true, into: &output) }
        isOpen = isOpen || clock.lastTables != nil
        statistics.discontinuities += 1
        (clock.now, clock.hasJumped) = (time, true)
        (clock.lastTables, clock.lastReference) = (nil, nil)
        // Behind a pause the sample itself brings both.
        if isOpen { writeReference(into: &output) }
    }

    /// Writes the tables, when they are due now, and a packet with the clock alone.
    mutating func writeReference(into output: inout ByteWriter) {
        if areTablesDue(after: TransportTrack.tick) { writeTables(into: &output) }
        let field = clock.takeReference(at: output.count)
        let track = tracks[referenceTrack]
        output.write(count: TransportPacket.byteCount) { memory in
            guard let start = memory.baseAddress else { return }
            // A packet without payload repeats the counter of the one before it.
            let head = TransportPacket.head(
                pid: track.pid, startsUnit: false, hasAdaptation: true, hasPayload: false,
                counter: track.counter &- 1)
            start.storeBytes(of: head.bigEndian, as: UInt32.self)
            field.write(byteCount: PacketCutter.roomPerPacket, to: start + 4)
        }
    }

    mutating func writeTables(into output: inout ByteWriter) {
        let offset = output.count
        tables.write(to: &output)
        clock.tablesBegin(at: offset, byteCount: output.count - offset)
    }

    /// Whether the clock must be written before `step` has passed once more.
    func isReferenceDue(after step: Interval) -> Bool {
        guard let now = clock.now, let last = clock.lastReference else { return true }
        return now + step > last + configuration.referenceInterval
    }

    /// Whether the tables must be written before `step` has passed once more.
    func areTablesDue(after step: Interval) -> Bool {
        guard let now = clock.now, let last = clock.lastTables else { return true }
        return now + step > last + configuration.tableInterval
    }

    private var nextDue: Interval? {
        guard let last = clock.lastReference else { return nil }
        let reference = last + configuration.referenceInterval
        guard let tables = clock.lastTables else { return reference }
        return min(reference, tables + configuration.tableInterval)
    }

    /// A time as the stream writes it: 90 kHz, after the lead that decoders are given.
    func stamp(_ time: Interval) -> Int64 { (time + configuration.decoderLead).ticks90 }

    /// Tracks further apart than this are on no common line of time.
    private static let longestLag = Interval.seconds(10)
}
