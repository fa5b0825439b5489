public import Timing

/// How a fragmented movie is cut.
public struct FragmentedMovieConfiguration: Hashable, Sendable {
    /// How much a part holds, unless a key frame ends it sooner: what a crash may lose.
    public var partDuration = Interval.milliseconds(200)
    /// Octets after which the next sample begins another part, whatever its time.
    public var partByteCount = 4 << 20
    /// The time that the file calls zero; where it is `nil`, when its first sample is shown. What a
    /// track has before it, as an encoder's delay, is in the file and skipped by an edit list.
    public var origin: Interval?
    /// Whether room is left for the one write that makes a plain MP4 of the file when it is closed,
    /// and what its tables will want is noted part by part.
    var canBeClosed = false

    /// What a recording wants, and low-latency HLS.
    public init() {}
}
