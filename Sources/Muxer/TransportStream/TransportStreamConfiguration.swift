public import Timing

/// How often a transport stream repeats itself, and how much audio it gathers.
public struct TransportStreamConfiguration: Hashable, Sendable {
    /// The longest time between two program association tables, and two maps. They also stand
    /// before each key frame. ISO/IEC 13818-1 is silent, TR 101 290 asks for 500 ms.
    public var tableInterval = Interval.milliseconds(500)
    /// The longest time between two clock references: 100 ms (ISO/IEC 13818-1 §2.7.2), or 40 ms
    /// as the older broadcast rule had it.
    public var referenceInterval = Interval.milliseconds(100)
    /// The most audio gathered into one packet before it is written: what a crash may lose of it.
    /// Zero writes each frame at once and whole, and costs up to 184 octets for each; otherwise
    /// packets are filled, and AAC and MP3 frames may begin in one and end in the next.
    public var audioSpan = Interval.milliseconds(200)
    /// How long before its decode time a sample arrives, by the clock references. At least
    /// `audioSpan`, and how far the tracks are apart as they are handed in.
    public var decoderLead = Interval.milliseconds(350)
    /// Time that moves further than this between samples of a track, and away from the others',
    /// begins a new time base.
    public var jump = Interval.seconds(1)

    /// What a recording wants.
    public init() {}
}
