import Timing

/// Asks for a key frame where none has come for a while: browsers send them only when asked, and a
/// recording is cut, listed and gone to at key frames.
struct KeyframePacing {
    private var last: Instant?

    /// A picture has come.
    ///
    /// - Returns: Whether a key frame is to be asked for now.
    mutating func pictureArrived(isKeyframe: Bool, at now: Instant) -> Bool {
        guard !isKeyframe, let last else {
            last = now
            return false
        }
        guard now - last >= Self.period else { return false }
        self.last = now
        return true
    }

    /// As long as a segment of HLS should be at most, or nearly.
    private static let period = Interval.seconds(5)
}
