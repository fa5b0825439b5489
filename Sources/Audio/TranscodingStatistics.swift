/// What became of the frames that a transcoder took. Times in samples at 48 kHz.
public struct TranscodingStatistics: Hashable, Sendable {
    /// Frames that came in.
    public internal(set) var frames = 0
    /// Of those, frames that could not be decoded: silence stands for them.
    public internal(set) var malformedFrames = 0
    /// Of those, frames from the past, left out.
    public internal(set) var lateFrames = 0
    /// Packets made.
    public internal(set) var packets = 0
    /// Packets that their owner did not fetch in time.
    public internal(set) var droppedPackets = 0
    /// Silence put in for what was missing.
    public internal(set) var silentSamples = 0
    /// Samples added or taken to hold the drift down.
    public internal(set) var stretchedSamples = 0
    /// How often the time jumped by more than is filled.
    public internal(set) var jumps = 0
}
