public import Timing

/// How a WebM file is cut.
public struct WebMConfiguration: Hashable, Sendable {
    /// How much a cluster holds, unless a key frame ends it sooner: what a crash may lose.
    public var clusterDuration = Interval.milliseconds(200)
    /// Octets after which the next sample begins another cluster, whatever its time.
    public var clusterByteCount = 4 << 20
    /// The time that the file calls zero; where it is `nil`, when its first sample is shown.
    public var origin: Interval?

    /// What a recording wants.
    public init() {}
}
