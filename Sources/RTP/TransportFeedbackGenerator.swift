public import Timing

/// Tells a sender when each packet of its transport arrived, ten times a second.
///
/// Give every arrival to `record`; after `advance`, send what `nextFeedback` gives until `nil`.
/// A packet that comes late, after it was reported lost, is reported again with all that followed.
/// Memory: the arrival times of the last 1 024 sequence numbers, allocated once; older ones are
/// forgotten, and a jump beyond them begins anew.
public struct TransportFeedbackGenerator: Sendable {
    private let senderSSRC: UInt32
    private var unwrapper = SequenceUnwrapper()
    private var ring: [Int64]  // ticks of 250 µs by number modulo its length; `absent` when lost
    private var base: Int64 = 0  // the first number of the next feedback
    private var end: Int64 = 0  // one beyond the newest number
    private var arrivedCount = 0  // since the last feedback
    private var mediaSSRC: UInt32 = 0
    private var feedbackPacketCount: UInt8 = 0
    private var deadline: Instant?
    private var due = false

    /// - Parameter senderSSRC: What the feedback is signed with.
    public init(senderSSRC: UInt32) {
        self.senderSSRC = senderSSRC
        ring = Array(repeating: Self.absent, count: Self.windowCount)
    }

    /// When `advance` is due; `nil` while no packet waits to be reported.
    public var nextDeadline: Instant? { due ? nil : deadline }

    /// Whether `nextFeedback` has something to give.
    public var isDue: Bool { due }

    /// Notes that the packet with this transport-wide number arrived, in a stream of `mediaSSRC`.
    public mutating func record(_ sequenceNumber: UInt16, mediaSSRC: UInt32, at now: Instant) {
        let isFirst = unwrapper.newest == nil
        let number = unwrapper.unwrap(sequenceNumber)
        self.mediaSSRC = mediaSSRC
        if isFirst { (base, end) = (number, number) }
        guard number > end - Self.window else { return }  // too old to matter to the sender
        if number >= end { open(through: number) }
        let slot = slot(of: number)
        guard ring[slot] == Self.absent else { return }  // a duplicate: the first arrival counts
        ring[slot] = Self.ticks(now)
        base = min(base, number)
        arrivedCount += 1
        if deadline == nil { deadline = now + Self.period }
        if arrivedCount == Self.packetLimit { deadline = now }
    }

    /// Makes the feedback due when its time has come.
    public mutating func advance(to now: Instant) {
        if let deadline, deadline <= now { due = true }
    }

    /// The next feedback to send; `nil` when all that is due has been given.
    public mutating func nextFeedback() -> TransportFeedback? {
        guard due else { return nil }
        guard let first = (base..<end).first(where: { ring[slot(of: $0)] != Self.absent }) else {
            (due, deadline, arrivedCount, base) = (false, nil, 0, end)
            return nil
        }
        return makeFeedback(first: first)
    }

    private mutating func makeFeedback(first: Int64) -> TransportFeedback {
        // Losses before the first arrival belong to this feedback too.
        let start = max(base, first - Int64(Self.statusLimit) + 1)
        let reference = ring[slot(of: first)] >> 8  // 256 ticks are 64 ms
        var feedback = TransportFeedback(
            senderSSRC: senderSSRC,
            mediaSSRC: mediaSSRC,
            baseSequenceNumber: UInt16(truncatingIfNeeded: start),
            referenceTime: Int32(truncatingIfNeeded: (reference << 40) >> 40),
            feedbackPacketCount: feedbackPacketCount
        )
        var previous = reference << 8
        var position = start
        while position < end, position - start < Self.statusLimit {
            let ticks = ring[slot(of: position)]
            if ticks != Self.absent {
                guard Int16(exactly: ticks - previous) != nil else { break }
                feedback.arrivals.append(
                    .init(
                        index: UInt16(position - start),
                        ticks: Int32(truncatingIfNeeded: ticks - reference << 8)
                    )
                )
                previous = ticks
            }
            position += 1
        }
        feedback.packetStatusCount = UInt16(position - start)
        feedbackPacketCount &+= 1
        base = position
        return feedback
    }

    /// Makes room for the numbers up to `number`, all of them lost until they arrive.
    private mutating func open(through number: Int64) {
        if number - end >= Self.window {
            for slot in ring.indices { ring[slot] = Self.absent }
            (base, end) = (number, number + 1)
            return
        }
        for opened in end...number { ring[slot(of: opened)] = Self.absent }
        end = number + 1
        base = max(base, end - Self.window)
    }

    private func slot(of number: Int64) -> Int {
        Int(truncatingIfNeeded: number & (Self.window - 1))
    }

    private static func ticks(_ now: Instant) -> Int64 { now.nanoseconds / 250_000 }

    private static let absent = Int64.min
    private static let window: Int64 = 1_024  // a power of two, about a second of 10 Mb/s
    private static let windowCount = Int(window)
    private static let packetLimit = 200  // above 16 Mb/s the sender is told sooner
    private static let statusLimit: Int64 = 400  // keeps one packet below 1 200 octets
    private static let period = Interval.milliseconds(100)
}
