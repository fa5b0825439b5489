public import Timing

/// What a simulated camera sends, and what the network makes of it.
public struct CameraShape: Hashable, Sendable {
    /// How long the camera sends.
    public var length = Interval.seconds(60)
    /// Frames in a thousand seconds; 30 000 are 30 a second.
    public var framesPerThousandSeconds: Int64 = 30_000
    /// Whether frames come irregularly, up to twice as far apart.
    public var isVariable = false
    /// Time from key frame to key frame.
    public var keyframeInterval = Interval.seconds(2)
    /// Packets of an ordinary frame.
    public var packetsPerFrame = 9
    /// Packets of a key frame; 250 are 300 kB.
    public var packetsPerKeyframe = 30
    /// Time from audio packet to audio packet; zero for none.
    public var audioInterval = Interval.milliseconds(20)
    /// Whether audio pauses for a second out of three.
    public var pausesAudio = false
    /// How fast the camera's clocks run, in millionths too much.
    public var driftPerMillion: Int64 = 0
    /// What is added to `driftPerMillion` from a moment on: a clock that is set right, or wrong.
    public var driftStep: (at: Interval, perMillion: Int64)?
    /// The same for audio alone, on top.
    public var audioDriftPerMillion: Int64 = 0
    /// Where the video's timestamps begin.
    public var firstTimestamp: UInt32 = 90_000
    /// What is added to video timestamps from a moment on.
    public var timestampJump: (at: Interval, ticks: Int64)?
    /// From when on video timestamps begin at zero again.
    public var timestampReset: Interval?

    /// The least time to the relay.
    public var delay = Interval.milliseconds(20)
    /// What comes on top, exponentially spread with this mean.
    public var jitter = Interval.zero
    /// Everything that came within this comes at its end: TCP's bursts.
    public var burst = Interval.zero
    /// Nothing comes for a while, and then all at once.
    public var stalls: [(at: Interval, length: Interval)] = []
    /// When the narrowest link of the path may deliver 1500 octets, over and over (mahimahi's form).
    public var link: [Interval] = []

    /// A steady camera on a steady path.
    public init() {}

    /// Compares by what both say.
    public static func == (left: CameraShape, right: CameraShape) -> Bool {
        String(describing: left) == String(describing: right)
    }

    /// Hashes what it says.
    public func hash(into hasher: inout Hasher) { hasher.combine(String(describing: self)) }
}

extension CameraShape {
    /// A link in mahimahi's form: a line for each 1500 octets that may pass, in milliseconds since the
    /// beginning; the last line is where it begins again. `nil` when a line is no number.
    public static func link(mahimahi text: String) -> [Interval]? {
        let lines = text.split(whereSeparator: \.isNewline)
        let places = lines.compactMap { Int64($0).map { Interval.milliseconds($0) } }
        return places.count == lines.count ? places : nil
    }

    /// A made-up mobile link of twenty seconds: from 2 to 16 Mbit/s, another rate every half second.
    public static func variableLink(seed: UInt64) -> [Interval] {
        var random = SplitMix(seed: seed)
        var places: [Interval] = []
        for half in 0..<40 {
            let packets = 84 + random.below(584)  // of 1500 octets, in half a second
            for index in 0..<packets {
                let micro = Int64(half) * 500_000 + Int64(index + 1) * 500_000 / Int64(packets)
                places.append(.milliseconds(micro / 1_000))
            }
        }
        return places
    }
}
