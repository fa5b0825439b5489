import RTP

/// What a source's packets have come to since it was connected to, and what was lost of them.
public struct SourceStatistics: Hashable, Sendable {
    /// Packets that never came, or too late.
    public var missingPackets: UInt64 = 0
    /// What was no packet of its track.
    public var malformedPackets: UInt64 = 0
    /// Packets dropped in this process, whose owner did not take them in time.
    public var overflowingPackets: UInt64 = 0
    /// Packets asked for again.
    public var requestedPackets: UInt64 = 0
    /// Packets that came after they were asked for again.
    public var recoveredPackets: UInt64 = 0
    /// Frames of which something is missing, or that are malformed.
    public var brokenFrames: UInt64 = 0
    /// Whole pictures behind a loss that cannot be decoded without a key frame.
    public var undecodableFrames: UInt64 = 0
    /// Whole pictures before the first key frame.
    public var earlyFrames: UInt64 = 0
    /// Timestamps that jumped, and were put where they arrived.
    public var clockJumps: UInt64 = 0
    /// Times that the sender has set its wall clock.
    public var clockSteps: UInt64 = 0

    /// Nothing.
    public init() {}

    /// What receivers of a picture and of sound have counted, and the clock that both are on.
    public init(_ picture: PictureReceiver?, _ sound: SoundReceiver?, _ clock: CameraClock) {
        for packets in [picture?.statistics, sound?.statistics] {
            missingPackets += UInt64(max((packets?.lost ?? 0) - (packets?.recovered ?? 0), 0))
            malformedPackets += UInt64(packets?.malformed ?? 0)
        }
        for frames in [picture?.frames, sound?.frames] { count(frames ?? DepacketizerStatistics()) }
        (clockJumps, clockSteps) = (UInt64(clock.jumpCount), UInt64(clock.clockStepCount))
    }

    private mutating func count(_ frames: DepacketizerStatistics) {
        for cause in BrokenUnit.allCases {
            let number = UInt64(frames[cause])
            switch cause {
            case .lost, .fragmentWithoutStart, .unfinishedFragment, .malformed, .unsupported,
                .tooLarge, .overflow:
                brokenFrames += number
            case .withoutPicture: continue  // parameter sets alone
            case .awaitingKeyframe:
                earlyFrames += UInt64(frames.earlyUnits)
                undecodableFrames += number - UInt64(frames.earlyUnits)
            }
        }
    }

    /// Pictures and frames of sound that came and were not handed on.
    public var lostFrames: UInt64 { brokenFrames + undecodableFrames + earlyFrames }

    /// Adds what an earlier connection has come to.
    public mutating func add(_ other: SourceStatistics) {
        missingPackets += other.missingPackets
        malformedPackets += other.malformedPackets
        overflowingPackets += other.overflowingPackets
        requestedPackets += other.requestedPackets
        recoveredPackets += other.recoveredPackets
        brokenFrames += other.brokenFrames
        undecodableFrames += other.undecodableFrames
        earlyFrames += other.earlyFrames
        clockJumps += other.clockJumps
        clockSteps += other.clockSteps
    }
}
