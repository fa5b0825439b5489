public import Timing

/// One part of a fragmented movie, as a playlist or an index lists it.
public struct MoviePart: Hashable, Sendable {
    /// Octets of the part, the file's header not among them.
    public var byteCount: Int
    /// When its first sample is decoded, as it was handed in.
    public var start: Interval
    /// Up to the sample that begins the next part.
    public var duration: Interval
    /// Whether a decoder can begin with this part.
    public var isIndependent: Bool
}
