/// Frames of a recording, counted.
public struct FrameCount: Hashable, Sendable {
    /// Pictures.
    public var videoFrames: UInt64 = 0
    /// Frames of sound.
    public var audioFrames: UInt64 = 0
    /// Samples of each channel in those.
    public var audioSamples: UInt64 = 0

    /// None.
    public init() {}

    /// Pictures and frames of sound.
    public var frames: UInt64 { videoFrames + audioFrames }

    mutating func add(_ other: FrameCount) {
        videoFrames += other.videoFrames
        audioFrames += other.audioFrames
        audioSamples += other.audioSamples
    }

    /// What has come since `earlier` was counted.
    func since(_ earlier: FrameCount) -> FrameCount {
        var count = self
        count.videoFrames -= earlier.videoFrames
        count.audioFrames -= earlier.audioFrames
        count.audioSamples -= earlier.audioSamples
        return count
    }
}
