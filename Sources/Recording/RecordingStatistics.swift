public import Camera
public import Timing

/// What has gone into a recording.
public struct RecordingStatistics: Hashable, Sendable {
    /// Which connection to the source counts; each begins at nothing.
    public var connection: Int64 = 0
    /// Pictures that came.
    public var receivedVideoFrames: UInt64 = 0
    /// Frames of sound that came.
    public var receivedAudioFrames: UInt64 = 0
    /// Pictures handed to files.
    public var videoFrames: UInt64 = 0
    /// Frames of sound handed to files.
    public var audioFrames: UInt64 = 0
    /// Samples of each channel in those.
    public var audioSamples: UInt64 = 0
    /// What was lost of the source's packets, and of the frames in them.
    public var source = SourceStatistics()
    /// Frames that came before the first key frame, and are in no file.
    public var earlyFrames: UInt64 = 0
    /// Frames that the container could not hold: malformed, or where time went back.
    public var droppedFrames: UInt64 = 0
    /// Frames left out because the disk could not take them.
    public var withheldFrames: UInt64 = 0
    /// Packets of others than the source, dropped while it sends.
    public var foreignPackets: UInt64 = 0
    /// Octets for the files.
    public var writtenBytes: UInt64 = 0
    /// Times that did not rise and were moved.
    public var correctedTimes = 0
    /// How unevenly the pictures lie in time that came last.
    public var pictureJitter = TimeJitter()
    /// Key frames asked of the source.
    public var keyframeRequests: UInt64 = 0
    /// Media time of the first picture.
    public var firstVideoTime: Interval?
    /// Media time of the first frame of sound.
    public var firstAudioTime: Interval?

    /// Nothing.
    public init() {}

    /// What was handed to files.
    var frames: FrameCount {
        var count = FrameCount()
        (count.videoFrames, count.audioFrames) = (videoFrames, audioFrames)
        count.audioSamples = audioSamples
        return count
    }

    mutating func add(_ other: RecordingStatistics) {
        receivedVideoFrames += other.receivedVideoFrames
        receivedAudioFrames += other.receivedAudioFrames
        videoFrames += other.videoFrames
        audioFrames += other.audioFrames
        audioSamples += other.audioSamples
        source.add(other.source)
        earlyFrames += other.earlyFrames
        droppedFrames += other.droppedFrames
        withheldFrames += other.withheldFrames
        foreignPackets += other.foreignPackets
        writtenBytes += other.writtenBytes
        correctedTimes += other.correctedTimes
        pictureJitter = other.pictureJitter
        keyframeRequests += other.keyframeRequests
        firstVideoTime = firstVideoTime ?? other.firstVideoTime
        firstAudioTime = firstAudioTime ?? other.firstAudioTime
    }
}
