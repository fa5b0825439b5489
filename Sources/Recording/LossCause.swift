/// Why something of a source is in no file: packets that frames would have been made of, and frames.
public enum LossCause: String, CaseIterable, Hashable, Sendable {
    /// Packets that never came, or too late.
    case packetsMissing = "packets_missing"
    /// What was no packet of its track.
    case packetsMalformed = "packets_malformed"
    /// Packets that this process did not take in time.
    case packetsOverflow = "packets_overflow"
    /// Frames of which a packet is missing, or that are malformed.
    case framesBroken = "frames_broken"
    /// Whole pictures behind a loss, up to the next key frame.
    case framesUndecodable = "frames_undecodable"
    /// Frames before the first key frame: nothing was lost on the way.
    case framesEarly = "frames_early"
    /// Frames that the container cannot hold where they stand.
    case framesUnfit = "frames_unfit"
    /// Frames that the disk had no room or no time for.
    case framesBackpressure = "frames_backpressure"

    /// Whether it counts frames, not packets.
    public var isOfFrames: Bool {
        switch self {
        case .packetsMissing, .packetsMalformed, .packetsOverflow: false
        case .framesBroken, .framesUndecodable, .framesEarly, .framesUnfit, .framesBackpressure:
            true
        }
    }
}

extension RecordingStatistics {
    /// What was lost for a cause before it came to the disk.
    public subscript(cause: LossCause) -> UInt64 {
        switch cause {
        case .packetsMissing: source.missingPackets
        case .packetsMalformed: source.malformedPackets
        case .packetsOverflow: source.overflowingPackets
        case .framesBroken: source.brokenFrames
        case .framesUndecodable: source.undecodableFrames
        case .framesEarly: source.earlyFrames + earlyFrames
        case .framesUnfit: droppedFrames
        case .framesBackpressure: withheldFrames
        }
    }

    /// Pictures and frames of sound that came, whole or not.
    public var receivedFrames: UInt64 {
        receivedVideoFrames + receivedAudioFrames + source.lostFrames
    }
}

extension RecordingProgress.Snapshot {
    /// What was lost for a cause.
    public subscript(cause: LossCause) -> UInt64 {
        total[cause] + (cause == .framesBackpressure ? disk.unwrittenFrames : 0)
    }

    /// Frames that came and are in no file; those before the first key frame, which no file could hold, are
    /// none of them.
    public var droppedFrames: UInt64 { LossCause.frames { self[$0] } }
}

extension Recordings.Totals {
    /// What was lost for a cause.
    public subscript(cause: LossCause) -> UInt64 {
        statistics[cause] + (cause == .framesBackpressure ? unwrittenFrames : 0)
    }

    /// Frames that came and are in no file; those before the first key frame, which no file could hold, are
    /// none of them.
    public var droppedFrames: UInt64 { LossCause.frames { self[$0] } }
}

extension LossCause {
    /// The sum over all causes that count frames that could have been recorded.
    fileprivate static func frames(_ count: (LossCause) -> UInt64) -> UInt64 {
        allCases.filter { $0.isOfFrames && $0 != .framesEarly }.reduce(0) { $0 + count($1) }
    }
}
