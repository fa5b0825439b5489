public import Timing

/// When one sample is decoded and shown, and whose it is: an access unit of video or one frame of
/// audio. Its octets are handed over beside it, borrowed.
///
/// Times count from any origin that all tracks share, negative ones included. Nanoseconds, so that
/// 90 000 and 48 000 ticks a second come back exactly as they went in.
public struct Sample: Hashable, Sendable {
    /// The track's index among those the writer was made with.
    public var track: Int
    /// When the sample is shown or heard.
    public var presentationTime: Interval
    /// When the sample is decoded: earlier than shown where B-frames follow. Rises along a track.
    public var decodeTime: Interval
    /// Whether a decoder can begin here. For audio always.
    public var isKeyframe: Bool

    /// A sample decoded and shown at different times.
    public init(
        track: Int, presentationTime: Interval, decodeTime: Interval, isKeyframe: Bool = true
    ) {
        self.track = track
        self.presentationTime = presentationTime
        self.decodeTime = decodeTime
        self.isKeyframe = isKeyframe
    }

    /// A sample shown as soon as it is decoded.
    public init(track: Int, time: Interval, isKeyframe: Bool = true) {
        self.init(
            track: track, presentationTime: time, decodeTime: time, isKeyframe: isKeyframe)
    }
}
