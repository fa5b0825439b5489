public import Timing

/// Puts the packets of one stream back in order, waiting for what is missing at most `patience`.
///
/// A packet that follows its predecessor is not copied: the caller uses it where it lies. Only what
/// comes ahead of something missing is held, in memory that is kept for the next time. With no
/// patience, as over TCP, nothing is ever held and a gap is at once a loss.
///
/// ```
/// switch buffer.receive(packet, layout, at: now) {
/// case .inOrder(let lost): use(packet)
/// case .held, .old: break
/// }
/// while let held = buffer.next(at: now) { use(held); buffer.recycle(held) }
/// ```
public struct JitterBuffer: Sendable {
    /// What is to be done with a packet that has just come.
    public enum Placement: Hashable, Sendable {
        /// Use it now; `lost` packets before it are given up.
        case inOrder(lost: Int)
        /// It waits for its predecessors.
        case held
        /// It came twice, too late, or from nowhere near the stream: it is dropped.
        case old
    }

    /// A packet whose turn has come.
    public struct Packet: Sendable {
        /// The whole packet.
        public var bytes: [UInt8]
        /// Where everything lies in it.
        public var layout: RTPLayout
        /// When it came in.
        public var arrival: Instant
        /// How many packets before it are given up.
        public var lost: Int
        fileprivate let number: Int64
    }

    private let patience: Interval
    private let packetLimit: Int
    private let misorderLimit: Int
    private var expected: Int64?
    private var held: [Packet] = []  // by rising number, from `first` on
    private var first = 0
    private var oldest: Instant?  // the earliest arrival among those held
    private var restart: UInt16?  // what would prove that the stream's numbers begin anew
    private var spares: [[UInt8]] = []

    /// - Parameters:
    ///   - patience: How long a packet is waited for once a later one has come.
    ///   - packetLimit: How many packets are held, at most 3000; one more gives the oldest gap up.
    public init(patience: Interval, packetLimit: Int = 512) {
        self.patience = patience
        self.packetLimit = max(1, min(packetLimit, Self.dropoutLimit))
        misorderLimit = max(512, self.packetLimit)
    }

    /// When a gap is given up; `nil` while nothing is held.
    public var nextDeadline: Instant? { oldest.map { $0 + patience } }

    /// How many packets are held.
    public var heldCount: Int { held.count - first }

    /// Finds the place of `packet`, which is copied only when it must wait.
    public mutating func receive(
        _ packet: RawSpan, _ layout: RTPLayout, at now: Instant
    ) -> Placement {
        let sequenceNumber = layout.header.sequenceNumber
        guard let expected else {
            self.expected = Int64(sequenceNumber) + 1
            return .inOrder(lost: 0)
        }
        let circle = sequenceNumber &- UInt16(truncatingIfNeeded: expected)
        let distance = Int(Int16(bitPattern: circle))
        guard (-misorderLimit..<Self.dropoutLimit).contains(distance) else {
            return receiveStray(sequenceNumber)
        }
        restart = nil
        guard distance >= 0 else { return .old }
        let number = expected + Int64(distance)
        if distance == 0 || (patience <= .zero && heldCount == 0) {
            self.expected = number + 1
            return .inOrder(lost: distance)
        }
        return hold(packet, layout, number, at: now)
    }

    /// The next packet whose turn it is at `now`: its predecessor is out, or was given up.
    public mutating func next(at now: Instant) -> Packet? {
        guard let expected, first < held.count else { return nil }
        let isExpired = nextDeadline.map { $0 <= now } ?? false
        guard held[first].number <= expected || isExpired || heldCount > packetLimit else {
            return nil
        }
        var packet = removeFirst()
        packet.lost = Int(packet.number - expected)
        self.expected = packet.number + 1
        if packet.arrival == oldest { oldest = held[first...].lazy.map(\.arrival).min() }
        return packet
    }

    /// Takes a packet's memory back.
    public mutating func recycle(_ packet: consuming Packet) {
        guard spares.count < packetLimit else { return }
        spares.append(packet.bytes)
    }

    /// Forgets the stream: the next packet is the first.
    public mutating func reset() {
        while first < held.count, let packet = held.popLast() { recycle(packet) }
        held.removeAll(keepingCapacity: true)
        first = 0
        (expected, oldest, restart) = (nil, nil, nil)
    }

    private mutating func hold(
        _ bytes: RawSpan, _ layout: RTPLayout, _ number: Int64, at now: Instant
    ) -> Placement {
        var place = held.count
        while place > first, held[place - 1].number > number { place -= 1 }
        if place > first, held[place - 1].number == number { return .old }
        var copy = spares.popLast() ?? []
        copy.removeAll(keepingCapacity: true)
        bytes.withUnsafeBytes { copy.append(contentsOf: $0) }
        let packet = Packet(bytes: copy, layout: layout, arrival: now, lost: 0, number: number)
        held.insert(packet, at: place)
        oldest = min(oldest ?? now, now)
        return .held
    }

    /// Takes the first one out; what is left behind it moves only now and then.
    private mutating func removeFirst() -> Packet {
        let packet = held[first]
        held[first].bytes = []
        first += 1
        if first == held.count || first >= packetLimit {
            held.removeSubrange(..<first)
            first = 0
        }
        return packet
    }

    /// Two packets in sequence far from where the stream was mean that it began anew
    /// (RFC 3550 A.1); a single one means nothing.
    private mutating func receiveStray(_ sequenceNumber: UInt16) -> Placement {
        guard sequenceNumber == restart else {
            restart = sequenceNumber &+ 1
            return .old
        }
        reset()
        expected = Int64(sequenceNumber) + 1
        return .inOrder(lost: 1)
    }

    /// RFC 3550 A.1's MAX_DROPOUT; its MAX_MISORDER is as wide as what may be held.
    private static let dropoutLimit = 3_000
}
