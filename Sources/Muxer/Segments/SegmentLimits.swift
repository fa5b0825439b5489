public import Timing

/// How long a file of a recording may grow. Without a limit there is one file, and one a day of MPEG-TS.
public struct SegmentLimits: Hashable, Sendable {
    /// Media time after which the next key frame begins another file.
    public var duration: Interval?
    /// Octets after which the next key frame begins another file.
    public var byteCount: Int?
    /// How much a part of a file holds, unless a key frame ends it sooner.
    public var partDuration = Interval.milliseconds(200)
    /// Octets after which the next sample begins another part, whatever its time: times may stand
    /// still. A part is gathered in memory but for MPEG-TS.
    public var partByteCount = 4 << 20

    /// These, and no file longer than `duration` where there is one.
    func within(_ duration: Interval?) -> SegmentLimits {
        var limits = self
        limits.duration = [self.duration, duration].compactMap(\.self).min()
        return limits
    }

    /// The limits given.
    public init(duration: Interval? = nil, byteCount: Int? = nil) {
        (self.duration, self.byteCount) = (duration, byteCount)
    }
}
