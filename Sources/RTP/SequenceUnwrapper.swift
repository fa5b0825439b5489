/// Turns 16-bit sequence numbers into 64-bit ones that never wrap.
///
/// Each number is taken to lie within half the circle of the newest one seen. The first keeps its
/// own value; a stream that begins just after a wrap may therefore yield negative numbers for
/// packets reordered across it. All arithmetic is O(1).
public struct SequenceUnwrapper: Hashable, Sendable {
    @usableFromInline var latest: Int64?

    /// A stream of which nothing has been seen.
    @inlinable
    public init() {}

    /// The newest number unwrapped so far; `nil` before the first.
    @inlinable
    public var newest: Int64? { latest }

    /// The 64-bit number of `sequenceNumber`, remembered when it is the newest.
    @inlinable
    public mutating func unwrap(_ sequenceNumber: UInt16) -> Int64 {
        let unwrapped = peek(sequenceNumber)
        if unwrapped > latest ?? .min { latest = unwrapped }
        return unwrapped
    }

    /// The 64-bit number of `sequenceNumber`, remembering nothing.
    @inlinable
    public func peek(_ sequenceNumber: UInt16) -> Int64 {
        guard let latest else { return Int64(sequenceNumber) }
        let distance = sequenceNumber &- UInt16(truncatingIfNeeded: latest)
        return latest &+ Int64(Int16(bitPattern: distance))
    }
}

/// Turns 32-bit RTP timestamps into 64-bit ones that never wrap; the same rules as for
/// `SequenceUnwrapper`.
public struct TimestampUnwrapper: Hashable, Sendable {
    @usableFromInline var latest: Int64?

    /// A stream of which nothing has been seen.
    @inlinable
    public init() {}

    /// The newest timestamp unwrapped so far; `nil` before the first.
    @inlinable
    public var newest: Int64? { latest }

    /// The 64-bit form of `timestamp`, remembered when it is the newest.
    @inlinable
    public mutating func unwrap(_ timestamp: UInt32) -> Int64 {
        let unwrapped = peek(timestamp)
        if unwrapped > latest ?? .min { latest = unwrapped }
        return unwrapped
    }

    /// The 64-bit form of `timestamp`, remembering nothing.
    @inlinable
    public func peek(_ timestamp: UInt32) -> Int64 {
        guard let latest else { return Int64(timestamp) }
        let distance = timestamp &- UInt32(truncatingIfNeeded: latest)
        return latest &+ Int64(Int32(bitPattern: distance))
    }
}
