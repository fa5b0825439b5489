import Timing

/// Whether who sends a session is awaited, and what is told while nothing of what it describes comes: that
/// nothing does, or something else.
struct AwaitedSender {
    /// None has come, or all have said goodbye.
    private(set) var isAwaited = true
    /// When it is told.
    private(set) var nextDeadline: Instant?
    private var other: String?  // what has come instead
    private let place: String

    /// - Parameters:
    ///   - place: Where it is sent to, for people.
    ///   - frames: Is told that it is awaited.
    ///   - now: Since when.
    init(at place: String, _ frames: inout FrameRecorder, since now: Instant) {
        self.place = place
        nextDeadline = now + StallWatch.patience
        frames.interrupt("nothing has been sent to \(place) yet", isAwaited: true)
    }

    /// Something else has come. What is described may yet come beside it.
    ///
    /// - Parameter payloadType: Its payload type, of RTP.
    mutating func otherArrived(payloadType: UInt8?, at now: Instant) {
        guard isAwaited, other == nil else { return }
        other = payloadType.map { "it has payload type \($0)" } ?? "it is no RTP"
        nextDeadline = now + StallWatch.patience
    }

    /// What is described has come.
    mutating func arrived() { (isAwaited, nextDeadline, other) = (false, nil, nil) }

    /// The sender has gone.
    mutating func left() { isAwaited = true }

    /// Tells what is due.
    mutating func advance(to now: Instant, _ frames: inout FrameRecorder) {
        guard let due = nextDeadline, due <= now else { return }
        nextDeadline = nil
        guard let other else {
            return frames.note("still nothing has been sent to \(place)")
        }
        frames.interrupt("what is sent to \(place) is not what the SDP file describes: \(other)")
    }
}
