public import Timing

/// Counts how one stream arrives, as RFC 3550's appendices A.1, A.3 and A.8 prescribe.
///
/// A jump of more than 3 000 numbers is believed only when the next packet confirms it. All fields
/// are plain numbers.
public struct ReceptionStatistics: Hashable, Sendable {
    /// The stream.
    public let ssrc: UInt32
    /// Packets received since the source became valid, duplicates included.
    public private(set) var receivedCount: Int64 = 0

    private let clockRate: Int64
    private var hasBegun = false
    private let probationLength: Int
    private var probation: Int  // packets in order still needed before the source is valid
    private var highest: UInt16 = 0
    private var cycles: Int64 = 0  // wraps of the sequence number, times 2^16
    private var base: Int64 = 0
    private var suspect: UInt32 = Self.noSuspect  // the number that would confirm a jump
    private var expectedPrior: Int64 = 0
    private var receivedPrior: Int64 = 0
    private var transit: UInt32?
    private var scaledJitter: Int64 = 0  // sixteen times the jitter, in timestamp ticks
    private var reportMiddle: UInt32 = 0
    private var reportArrival = Instant(nanoseconds: 0)

    /// Nothing received yet.
    ///
    /// - Parameters:
    ///   - ssrc: The stream to count.
    ///   - clockRate: Ticks of the RTP timestamp in a second.
    ///   - probation: Packets in order before a source is valid (RFC 3550 A.1); 0 trusts the first,
    ///     right for streams that SRTP has authenticated.
    public init(ssrc: UInt32, clockRate: UInt32, probation: Int = 2) {
        self.ssrc = ssrc
        self.clockRate = Int64(clockRate)
        (self.probation, probationLength) = (probation, probation)
    }

    /// Packets that should have come between the first and the highest number seen.
    public var expectedCount: Int64 {
        hasBegun && probation == 0 ? extendedHighest - base + 1 : 0
    }

    /// Packets that have not come; negative when duplicates outnumber the losses.
    public var lostCount: Int64 { expectedCount - receivedCount }

    /// The mean deviation of the transit time, in ticks of the RTP timestamp.
    public var jitter: UInt32 { UInt32(clamping: scaledJitter >> 4) }

    /// Takes note of one packet.
    ///
    /// - Returns: Whether it counts; `false` during probation and for a jump not yet confirmed.
    @discardableResult
    public mutating func packetArrived(
        sequenceNumber: UInt16,
        timestamp: UInt32,
        at now: Instant
    ) -> Bool {
        guard admit(sequenceNumber) else { return false }
        receivedCount += 1
        updateJitter(timestamp: timestamp, at: now)
        return true
    }

    /// Takes note of the source's sender report, for the next block's LSR and DLSR.
    public mutating func senderReportArrived(_ ntp: NTPTimestamp, at now: Instant) {
        (reportMiddle, reportArrival) = (ntp.middle, now)
    }

    /// The block for the next report; `nil` before the source is valid. The fraction lost counts
    /// from the block made before.
    public mutating func makeReportBlock(at now: Instant) -> ReportBlock? {
        let expected = expectedCount
        guard expected > 0 else { return nil }
        let expectedInterval = expected - expectedPrior
        let lostInterval = expectedInterval - (receivedCount - receivedPrior)
        (expectedPrior, receivedPrior) = (expected, receivedCount)
        var block = ReportBlock(ssrc: ssrc)
        if expectedInterval > 0 && lostInterval > 0 {
            block.fractionLost = UInt8(clamping: lostInterval << 8 / expectedInterval)
        }
        block.cumulativeLost = Int32(min(max(lostCount, -0x80_0000), 0x7F_FFFF))
        block.highestSequenceNumber = UInt32(truncatingIfNeeded: extendedHighest)
        block.jitter = jitter
        if reportMiddle != 0 {
            block.lastSenderReport = reportMiddle
            let delay = max((now - reportArrival).nanoseconds, 0) / 1_000
            block.delaySinceLastSenderReport = UInt32(clamping: delay * 65_536 / 1_000_000)
        }
        return block
    }

    private var extendedHighest: Int64 { cycles + Int64(highest) }

    /// RFC 3550 A.1, `update_seq`.
    private mutating func admit(_ number: UInt16) -> Bool {
        if probation > 0 || !hasBegun {
            let follows = hasBegun && number == highest &+ 1
            probation = max(follows ? probation - 1 : probationLength - 1, 0)
            begin(at: number)
            return probation == 0
        }
        let distance = number &- highest
        if distance < Self.dropoutLimit {
            if number < highest { cycles += 1 << 16 }
            highest = number
        } else if distance <= 0 &- Self.misorderLimit {
            guard suspect == UInt32(number) else {
                suspect = UInt32(number &+ 1)
                return false
            }
            begin(at: number)  // two in a row: the source has begun anew
        }
        return true
    }

    /// RFC 3550 A.1, `init_seq`.
    private mutating func begin(at number: UInt16) {
        hasBegun = true
        (highest, base, cycles, suspect) = (number, Int64(number), 0, Self.noSuspect)
        (receivedCount, receivedPrior, expectedPrior, transit) = (0, 0, 0, nil)
    }

    /// RFC 3550 A.8.
    private mutating func updateJitter(timestamp: UInt32, at now: Instant) {
        let seconds = now.nanoseconds / 1_000_000_000
        let rest = now.nanoseconds % 1_000_000_000
        let arrival = seconds &* clockRate &+ rest &* clockRate / 1_000_000_000
        let current = UInt32(truncatingIfNeeded: arrival) &- timestamp
        if let transit {
            // The difference may wrap: it is taken on the timestamp's own circle.
            let difference = abs(Int64(Int32(bitPattern: current &- transit)))
            scaledJitter += difference - (scaledJitter + 8) >> 4
        }
        transit = current
    }

    private static let noSuspect = UInt32.max
    private static let dropoutLimit: UInt16 = 3_000
    private static let misorderLimit: UInt16 = 100
}
