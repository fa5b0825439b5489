/// Which frames a depacketizer of video hands out, and how large they may grow.
public struct FramePolicy: Hashable, Sendable {
    /// Whether frames before the first key frame are held back.
    public var startsAtKeyframe = true
    /// Whether frames after a loss are held back until the next key frame.
    public var resumesAtKeyframe = false
    /// Whether broken frames are handed out as well, marked so.
    public var emitsIncomplete = false
    /// Octets of the largest frame; a larger one is dropped.
    public var byteCountLimit = 8 << 20

    /// Whole frames from the first key frame on.
    public init() {}
}
