public import Timing

/// What has gone into a recording.
public struct RecordingStatistics: Hashable, Sendable {
    /// Which connection to the source counts; each begins at nothing.
    public var connection: Int64 = 0
    /// Pictures that came.
    public var receivedVideoFrames: UInt64 = 0
    /// Frames of sound that came.
    public var receivedAudioFrames: UInt64 = 0
    /// Pictures written.
    public var videoFrames: UInt64 = 0
    /// Frames of sound written.
    public var audioFrames: UInt64 = 0
    /// Samples of each channel in those.
    public var audioSamples: UInt64 = 0
    /// Frames that could not be written: before the first key frame, or malformed.
    public var droppedFrames: UInt64 = 0
    /// Frames left out because the disk could not take them.
    public var withheldFrames: UInt64 = 0
    /// Packets of others than the source, dropped while it sends.
    public var foreignPackets: UInt64 = 0
    /// Octets for the files.
    public var writtenBytes: UInt64 = 0
    /// Times that did not rise and were moved.
    public var correctedTimes = 0
    /// Key frames asked of the source.
    public var keyframeRequests: UInt64 = 0
    /// Media time of the first picture.
    public var firstVideoTime: Interval?
    /// Media time of the first frame of sound.
    public var firstAudioTime: Interval?

    /// Nothing.
    public init() {}

    mutating func add(_ other: RecordingStatistics) {
        receivedVideoFrames += other.receivedVideoFrames
        receivedAudioFrames += other.receivedAudioFrames
        videoFrames += other.videoFrames
        audioFrames += other.audioFrames
        audioSamples += other.audioSamples
        droppedFrames += other.droppedFrames
        withheldFrames += other.withheldFrames
        foreignPackets += other.foreignPackets
        writtenBytes += other.writtenBytes
        correctedTimes += other.correctedTimes
        keyframeRequests += other.keyframeRequests
        firstVideoTime = firstVideoTime ?? other.firstVideoTime
        firstAudioTime = firstAudioTime ?? other.firstAudioTime
    }
}
