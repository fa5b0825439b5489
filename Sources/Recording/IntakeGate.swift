import RTP

/// Which pictures the disk's state lets into files: one without those before it is no use, so all of them
/// go on with a key frame.
struct IntakeGate {
    /// How much may be written.
    private(set) var intake = RecordingIntake.everything
    private var awaitsKeyframe = false

    /// Lets less in from now on, or all again: from the next key frame.
    mutating func limit(to intake: RecordingIntake) {
        self.intake = intake
        awaitsKeyframe = true
    }

    /// Whether a picture may be written; to be asked for each, in order.
    mutating func admits(_ unit: AccessUnit) -> Bool {
        switch intake {
        case .nothing: return false
        case .keyframes: return unit.isKeyframe
        case .everything:
            if unit.isKeyframe { awaitsKeyframe = false }
            return !awaitsKeyframe
        }
    }
}
