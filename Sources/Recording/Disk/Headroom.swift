import Timing

/// How much of its sources a recording may write, by what the disk can take.
public enum RecordingIntake: Int, Comparable, Sendable {
    /// Nothing: the disk is full, or too slow.
    case nothing
    /// Pictures that stand alone, and sound.
    case keyframes
    /// All that comes.
    case everything

    /// Orders by how much is written.
    public static func < (left: RecordingIntake, right: RecordingIntake) -> Bool {
        left.rawValue < right.rawValue
    }
}

/// What a filling disk allows: free octets and the rate of writing in, an intake out.
///
/// Less is written well before nothing can be: the limits are seconds of the present rate. What was
/// taken back is given again only with room to spare, so that it does not flutter.
struct Headroom {
    /// What may be written.
    private(set) var intake = RecordingIntake.everything
    /// The highest rate of the last minutes, octets a second.
    private(set) var rate: UInt64 = 0

    private var refusals = 0
    private var blockedUntil: Instant?

    /// Below this, only key frames are written, and old recordings go where they may.
    var sparing: UInt64 { max(Self.sparingFloor, rate * Self.sparingSeconds) }
    /// Below this, nothing is written.
    var stopping: UInt64 { max(Self.stoppingFloor, rate * Self.stoppingSeconds) }

    /// A second's octets: the rate as last seen, forgotten slowly.
    mutating func wrote(_ bytesPerSecond: UInt64) {
        rate = max(bytesPerSecond, rate - rate / 100)
    }

    /// The kernel has refused a write. Where it names no lack of room, it is tried less and less
    /// often; room is looked for twice a second. What many files are refused at once is one refusal.
    mutating func refused(isFull: Bool, at now: Instant) {
        if let blockedUntil, now < blockedUntil { return }
        refusals += 1
        let pause = isFull ? Interval.milliseconds(500) : .seconds(1 << min(refusals - 1, 5))
        blockedUntil = now + pause
        intake = .nothing
    }

    /// A file has taken what was written to it: the disk works again.
    mutating func accepted() { refusals = 0 }

    /// What the free room allows now.
    mutating func update(freeBytes: UInt64, at now: Instant) {
        if let blockedUntil, now < blockedUntil { return }
        blockedUntil = nil
        let isStopped = intake == .nothing
        let isSparing = intake != .everything
        if freeBytes < (isStopped ? stopping * 2 : stopping) {
            intake = .nothing
        } else if freeBytes < (isSparing ? sparing + sparing / 2 : sparing) {
            intake = .keyframes
        } else {
            intake = .everything
        }
    }

    private static let stoppingSeconds: UInt64 = 3
    /// What closing the files and their indexes takes.
    private static let stoppingFloor: UInt64 = 512 << 10
    private static let sparingSeconds: UInt64 = 10
    private static let sparingFloor: UInt64 = 2 << 20
}
