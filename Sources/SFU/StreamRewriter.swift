/// Maps a producer's sequence numbers and timestamps onto the stream one consumer sees.
///
/// The consumer's numbers start below 2^15 with roll-over counter zero, whatever the producer's
/// have reached, so that a late joiner's SRTP index is right from its first packet
/// (RFC 3711 §3.3.1). A change of source continues both without a gap.
///
/// `RTP.StreamSplicer` does the like for who has headers alone. Here numbers come unwrapped, once for all
/// consumers; they lead back to their source for who asks again; late packets of the first picture and
/// a replay's time have their place.
struct StreamRewriter {
    private var sequenceOffset: Int64 = 0
    private var timestampOffset: UInt32 = 0
    private var firstSource: Int64 = .max  // earliest source number of the current source
    private var lead: (from: Int64, timestamp: UInt32) = (.max, 0)  // before that, of its picture
    private var replay = Replay()
    private(set) var lastSequence: Int64
    private var lastTimestamp: UInt32

    /// - Parameters:
    ///   - sequence: The first number the consumer shall see.
    ///   - timestamp: The first timestamp the consumer shall see.
    init(sequence: UInt16, timestamp: UInt32) {
        lastSequence = Int64(sequence & 0x7FFF)
        lastTimestamp = timestamp
    }

    var isStarted: Bool { firstSource != .max }

    /// Whether a source number lies at or after the start.
    func reaches(_ source: Int64) -> Bool { source >= firstSource }

    /// Whether a packet from before the start is of the picture it was made with, and has a number.
    func leads(_ source: Int64, timestamp: UInt32) -> Bool {
        source >= lead.from && timestamp == lead.timestamp && source < firstSource
    }

    /// Follows a source from `sequence` and `timestamp` on.
    ///
    /// - Parameters:
    ///   - lead: How many numbers to keep free for what of the first picture comes late.
    ///   - gap: Ticks between the last packet of the old source and this one.
    mutating func start(
        atSequence sequence: Int64, timestamp: UInt32, lead count: UInt8 = 0, gap: UInt32
    ) {
        lead = (sequence - Int64(count), timestamp)
        sequenceOffset = lastSequence + 1 - lead.from
        timestampOffset = lastTimestamp &+ gap &- timestamp
        firstSource = sequence
    }

    /// Follows a source from `sequence` on, of which all up to `newest` has come before: to the
    /// consumer it happens within a tenth of a second, just before what is live.
    ///
    /// - Parameters:
    ///   - timestamp: The source's at `sequence`.
    ///   - newest: The newest number, and its timestamp.
    ///   - keepsTimes: Whether what came before keeps the time it took.
    ///   - gap: Ticks between the last packet of the old source and the newest one of this.
    mutating func start(
        atSequence sequence: Int64, timestamp: UInt32, newest: (sequence: Int64, timestamp: UInt32),
        keepsTimes: Bool = false, gap: UInt32
    ) {
        let span = newest.timestamp &- timestamp
        replay = Replay(
            end: newest.sequence, timestamp: newest.timestamp,
            divisor: keepsTimes ? 1 : 1 + span / Self.replaySpan)
        let shown = span / replay.divisor
        // What is replayed lies within the gap, or each new source would run ahead by its length.
        start(
            atSequence: sequence, timestamp: newest.timestamp &- shown,
            gap: gap > shown ? gap - shown : min(gap, 1))
    }

    /// Leaves the source; the next packet starts anew.
    mutating func detach() {
        (firstSource, lead) = (.max, (.max, 0))
        replay = Replay()
    }

    /// The consumer's number for a source number that the start reaches, or its lead.
    mutating func sequence(reached source: Int64) -> Int64 {
        let sequence = source &+ sequenceOffset
        if sequence > lastSequence { lastSequence = sequence }
        return sequence
    }

    /// The consumer's number for any source number; `nil` for what came before its start.
    mutating func sequence(for source: Int64) -> Int64? {
        source >= lead.from ? sequence(reached: source) : nil
    }

    /// The consumer's timestamp for the source's, of the packet with the source's `sequence`.
    mutating func timestamp(for source: UInt32, at sequence: Int64) -> UInt32 {
        let timestamp =
            (sequence > replay.end ? source : replay.compressed(source)) &+ timestampOffset
        if Int32(bitPattern: timestamp &- lastTimestamp) > 0 { lastTimestamp = timestamp }
        return timestamp
    }

    /// The source number that became `sequence`, a 16-bit number a consumer reports about;
    /// `nil` when it was never sent from the current source.
    func source(of sequence: UInt16) -> Int64? {
        let distance = Int16(bitPattern: sequence &- UInt16(truncatingIfNeeded: lastSequence))
        let source = lastSequence + Int64(distance) - sequenceOffset
        return distance <= 0 && source >= lead.from ? source : nil
    }

    /// Unchanging for one source: what sender reports add to the producer's timestamps.
    func reportedTimestamp(for source: UInt32) -> UInt32 { source &+ timestampOffset }

    private static let replaySpan: UInt32 = 9000  // a tenth of a second of a video clock
}

/// What of a source had come before a consumer began: up to which number, and how its time is
/// shortened towards the newest timestamp.
private struct Replay {
    var end = Int64.min
    var timestamp: UInt32 = 0
    var divisor: UInt32 = 1

    func compressed(_ source: UInt32) -> UInt32 {
        let age = Int32(bitPattern: timestamp &- source)
        return age <= 0 ? source : timestamp &- UInt32(age) / divisor
    }
}
