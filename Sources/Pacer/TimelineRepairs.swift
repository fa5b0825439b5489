/// What a timeline had to mend, by cause.
public struct TimelineRepairs: Hashable, Sendable {
    /// The 32-bit timestamp began again at zero: no fault, but told.
    public var wraps = 0
    /// Frames earlier than the one before, by a second at most: B-frames and the like.
    public var backward = 0
    /// Single frames far off the line that the next frame came back to.
    public var outliers = 0
    /// Forward jumps that three frames confirmed.
    public var jumps = 0
    /// Backward ones: a camera that began anew.
    public var resets = 0
    /// Frames with the timestamp of the frame before.
    public var frozen = 0

    /// Nothing mended.
    public init() {}

    /// Both together.
    public static func + (left: TimelineRepairs, right: TimelineRepairs) -> TimelineRepairs {
        var sum = left
        sum.wraps += right.wraps
        sum.backward += right.backward
        sum.outliers += right.outliers
        sum.jumps += right.jumps
        sum.resets += right.resets
        sum.frozen += right.frozen
        return sum
    }
}
