/// Finds out whether pictures are sent in another order than they are shown: B-frames, which WebRTC
/// does not carry.
///
/// Two things show it: a timestamp that goes back between two that go forward, twice, so that a
/// single fault of the camera's clock proves nothing; or B slices, likewise twice.
///
/// ```
/// detector.accessUnitArrived(unit)
/// if let evidence = detector.evidence { refuse("the source sends B-frames: \(evidence)") }
/// ```
public struct ReorderingDetector: Hashable, Sendable {
    /// What shows the order.
    public enum Evidence: Hashable, Sendable, CustomStringConvertible {
        /// Timestamps go back in the order of decoding.
        case timestampsGoBack
        /// Slices are predicted from two sides.
        case bidirectionalSlices

        /// The rest of a sentence.
        public var description: String {
            switch self {
            case .timestampsGoBack: "timestamps go back in decoding order"
            case .bidirectionalSlices: "pictures hold B slices"
            }
        }
    }

    /// Why pictures are out of order; `nil` while nothing shows it. Stays once found.
    public private(set) var evidence: Evidence?

    private var highest: Int64?
    private var unitsBehind = 0
    private var returns = 0
    private var bidirectional = 0

    /// A detector that has seen nothing.
    public init() {}

    /// Takes note of a whole access unit, in the order in which it was sent.
    public mutating func accessUnitArrived(_ unit: AccessUnit) {
        accessUnitArrived(timestamp: unit.timestamp, isBidirectional: unit.isBidirectional)
    }

    /// Takes note of a unit by its unwrapped timestamp, of whatever clock.
    public mutating func accessUnitArrived(timestamp: Int64, isBidirectional: Bool) {
        if isBidirectional { bidirectional += 1 }
        if bidirectional >= Self.proof { evidence = evidence ?? .bidirectionalSlices }
        guard let highest else {
            self.highest = timestamp
            return
        }
        if timestamp > highest {
            // Going back and returning within the reach of a decoder's reordering is B-frames;
            // going back for longer is a clock that was set.
            if unitsBehind > 0 { returns += 1 }
            if returns >= Self.proof { evidence = evidence ?? .timestampsGoBack }
            (self.highest, unitsBehind) = (timestamp, 0)
        } else if timestamp < highest {
            unitsBehind += 1
            if unitsBehind > Self.reach { (self.highest, unitsBehind) = (timestamp, 0) }
        }
    }

    private static let proof = 2
    /// H.264 reorders at most sixteen frames (§A.3.1, MaxDpbFrames).
    private static let reach = 16
}
