public import Timing

/// Where one packet stands in its stream, once order is restored.
public struct PacketPosition: Hashable, Sendable {
    /// The RTP timestamp, unwrapped to 64 bits.
    public var timestamp: Int64
    /// The payload's own mark: for video the last packet of a frame.
    public var marker: Bool
    /// How many packets between the last one and this were lost; 1 where nobody knows.
    public var lostBefore: Int
    /// When the packet came in.
    public var arrival: Instant

    /// A packet that follows the last one.
    public init(timestamp: Int64, marker: Bool, lostBefore: Int = 0, arrival: Instant) {
        (self.timestamp, self.marker) = (timestamp, marker)
        (self.lostBefore, self.arrival) = (lostBefore, arrival)
    }
}

/// Makes whole units, access units of video or frames of audio, of payloads in their order.
///
/// `TrackReceiver` puts packets in order and feeds one of these. What is broken is counted, never
/// handed out as whole.
public protocol Depacketizer {
    /// What comes out.
    associatedtype Unit

    /// Takes the payload of the packet at `position`, borrowed for the call, at least one octet.
    mutating func receive(_ payload: RawSpan, at position: PacketPosition)

    /// Ends the unit that waits for more, as at the end of a stream.
    mutating func finish()

    /// The oldest unit that is ready; call until `nil` after each packet.
    mutating func next() -> Unit?
}

/// Why a unit was not handed out, or not as whole.
public enum BrokenUnit: Int, CaseIterable, Hashable, Sendable {
    /// Packets of it were lost.
    case lost
    /// A fragment came without those before it, though no packet was lost.
    case fragmentWithoutStart
    /// A fragmented unit ended before its last fragment, though no packet was lost.
    case unfinishedFragment
    /// Lengths or headers inside a payload contradict each other.
    case malformed
    /// A payload of a structure that this depacketizer does not read.
    case unsupported
    /// It grew beyond the limit.
    case tooLarge
    /// There was nothing in it that can be shown.
    case withoutPicture
    /// Whole, but nothing to decode it from: before the first key frame, or after a loss.
    case awaitingKeyframe
    /// The owner did not fetch units fast enough; the oldest went.
    case overflow
}

/// What became of a depacketizer's units.
public struct DepacketizerStatistics: Hashable, Sendable {
    /// Units handed out whole.
    public internal(set) var units = 0
    /// Of those, units at which a decoder can begin.
    public internal(set) var keyframes = 0
    /// Of those that awaited a key frame, those before the first one.
    public internal(set) var earlyUnits = 0
    private var broken = [Int](repeating: 0, count: BrokenUnit.allCases.count)

    /// Nothing yet.
    public init() {}

    /// How many units were broken by `cause`.
    public subscript(cause: BrokenUnit) -> Int { broken[cause.rawValue] }

    mutating func count(_ cause: BrokenUnit) { broken[cause.rawValue] += 1 }
}
