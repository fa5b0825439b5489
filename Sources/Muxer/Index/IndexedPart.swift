public import Timing

/// One part of a growing file, as the index lists it: what a playlist names and a player asks for.
public struct IndexedPart: Hashable, Sendable {
    /// Of its first octet in the file.
    public var offset: UInt64
    /// Octets of it.
    public var byteCount: UInt32
    /// When its first sample is decoded, as it was handed in.
    public var start: Interval
    /// Up to the next part's start.
    public var duration: Interval
    /// Whether a decoder can begin here.
    public var isIndependent: Bool
    /// Whether its pictures may want other parameter sets than the file began with: theirs stand before
    /// key frames, here and in all that follows.
    public var hasOtherSets: Bool

    /// A part of these measures.
    public init(
        offset: UInt64, byteCount: UInt32, start: Interval, duration: Interval,
        isIndependent: Bool, hasOtherSets: Bool = false
    ) {
        (self.offset, self.byteCount) = (offset, byteCount)
        (self.start, self.duration) = (start, duration)
        (self.isIndependent, self.hasOtherSets) = (isIndependent, hasOtherSets)
    }

    /// The offset behind its last octet.
    public var end: UInt64 { offset + UInt64(byteCount) }
}
