public import Timing

/// Which wall-clock time a timestamp of a stream means, by its sender's reports (RFC 3550 §6.4.1).
///
/// Reports may be missing, late or wrong: cameras set their clocks. A report that contradicts the one
/// before it by more than half a second is believed when three in a row agree.
public struct SenderClock: Hashable, Sendable {
    private struct Anchor: Hashable {
        var timestamp: UInt32
        var wall: Int64  // nanoseconds since 1970
    }

    /// How many reports have been contradicted and not believed.
    public private(set) var disbelievedCount = 0

    private let clockRate: Int64
    private var anchor: Anchor?
    private var suspect: Anchor?
    private var agreeing = 0

    /// A clock of which nothing has been heard.
    ///
    /// - Parameter clockRate: Ticks of the RTP timestamp in a second.
    public init(clockRate: UInt32) { self.clockRate = max(1, Int64(clockRate)) }

    /// Whether a report has been heard.
    public var isKnown: Bool { anchor != nil }

    /// Takes a report of the stream's sender.
    ///
    /// - Returns: Whether it is believed now.
    @discardableResult
    public mutating func reportArrived(_ report: SenderReport) -> Bool {
        guard report.ntp.value != 0 else { return false }  // a sender without a clock (§6.4.1)
        let heard = Anchor(timestamp: report.rtpTimestamp, wall: report.ntp.unixNanoseconds)
        guard let anchor, !agrees(heard, with: anchor) else {
            (self.anchor, suspect, agreeing) = (heard, nil, 0)
            return true
        }
        let isSame = suspect.map { agrees(heard, with: $0) } ?? false
        agreeing = isSame ? agreeing + 1 : 1
        suspect = heard
        guard agreeing >= Self.proof else {
            disbelievedCount += 1
            return false
        }
        (self.anchor, suspect, agreeing) = (heard, nil, 0)
        return true
    }

    /// The wall-clock time of `timestamp`, in nanoseconds since 1970; `nil` before the first report.
    public func unixNanoseconds(of timestamp: UInt32) -> Int64? {
        anchor.map { wall(of: timestamp, by: $0) }
    }

    /// The NTP time of `timestamp`; `nil` before the first report.
    public func ntp(of timestamp: UInt32) -> NTPTimestamp? {
        unixNanoseconds(of: timestamp).map { NTPTimestamp(unixNanoseconds: $0) }
    }

    private func wall(of timestamp: UInt32, by anchor: Anchor) -> Int64 {
        // Whichever lies nearer: before the report or behind it.
        let ticks = Int64(Int32(bitPattern: timestamp &- anchor.timestamp))
        let (seconds, rest) = ticks.quotientAndRemainder(dividingBy: clockRate)
        return anchor.wall &+ seconds * 1_000_000_000 &+ rest * 1_000_000_000 / clockRate
    }

    private func agrees(_ heard: Anchor, with other: Anchor) -> Bool {
        let error = heard.wall.subtractingReportingOverflow(wall(of: heard.timestamp, by: other))
        return !error.overflow && error.partialValue.magnitude <= Self.tolerance
    }

    private static let proof = 3
    private static let tolerance: UInt64 = 500_000_000
}
