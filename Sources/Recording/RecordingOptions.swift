public import Muxer
public import Timing

/// How a recording is cut into files.
public struct RecordingOptions: Hashable, Sendable {
    /// What the files are.
    public var container: Container
    /// How long one may grow.
    public var limits: SegmentLimits
    /// Cuts at whole multiples of this on the wall clock, UTC: at the first key frame behind.
    public var alignment: Interval?

    /// By default one file of MPEG-TS.
    public init(
        container: Container = .mpegts, limits: SegmentLimits = SegmentLimits(),
        alignment: Interval? = nil
    ) {
        (self.container, self.limits, self.alignment) = (container, limits, alignment)
    }
}
