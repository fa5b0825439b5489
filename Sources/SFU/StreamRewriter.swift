/// Maps a producer's sequence numbers and timestamps onto the stream one consumer sees.
///
/// The consumer's numbers start below 2^15 with roll-over counter zero, whatever the producer's
/// have reached, so that a late joiner's SRTP index is right from its first packet
/// (RFC 3711 §3.3.1). A change of source continues both without a gap.
struct StreamRewriter {
    private var sequenceOffset: Int64 = 0
    private var timestampOffset: UInt32 = 0
    private var firstSource: Int64 = .max  // earliest source number of the current source
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

    /// Follows a source from `sequence` and `timestamp` on.
    ///
    /// - Parameter gap: Ticks between the last packet of the old source and this one.
    mutating func start(atSequence sequence: Int64, timestamp: UInt32, gap: UInt32) {
        sequenceOffset = lastSequence + 1 - sequence
        timestampOffset = lastTimestamp &+ gap &- timestamp
        firstSource = sequence
    }

    /// Leaves the source; the next packet starts anew.
    mutating func detach() { firstSource = .max }

    /// The consumer's number for a source number; `nil` for what came before its start.
    mutating func sequence(for source: Int64) -> Int64? {
        guard source >= firstSource else { return nil }
        let sequence = source + sequenceOffset
        if sequence > lastSequence { lastSequence = sequence }
        return sequence
    }

    mutating func timestamp(for source: UInt32) -> UInt32 {
        let timestamp = source &+ timestampOffset
        if Int32(bitPattern: timestamp &- lastTimestamp) > 0 { lastTimestamp = timestamp }
        return timestamp
    }

    /// The source number that became `sequence`, a 16-bit number a consumer reports about;
    /// `nil` when it was never sent from the current source.
    func source(of sequence: UInt16) -> Int64? {
        let distance = Int16(bitPattern: sequence &- UInt16(truncatingIfNeeded: lastSequence))
        let source = lastSequence + Int64(distance) - sequenceOffset
        return distance <= 0 && source >= firstSource ? source : nil
    }

    /// Unchanging for one source: what sender reports add to the producer's timestamps.
    func reportedTimestamp(for source: UInt32) -> UInt32 { source &+ timestampOffset }
}
