import RTP
import Timing
import Wire

/// One SSRC of a producer as it arrives: order, loss, and the packets themselves for a while.
///
/// The ring holds each packet once for all consumers: what is sent now, and what may be asked for
/// again. It holds `capacity` sequence numbers, fewer when the worker runs out of slots; a packet
/// older than that is `tooLate`.
struct ReceiveStream {
    let ssrc: UInt32
    private(set) var burst: [PacketRecord] = []  // received since the last fan-out
    private(set) var statistics: ReceptionStatistics
    private(set) var nack: NackGenerator?
    private(set) var needsKeyframe = false  // more is missing than asking again can mend
    private(set) var pictures: PictureGroup?
    private(set) var heard: Instant  // when the newest packet came, or the stream began
    private var unwrapper = SequenceUnwrapper()
    private var ring: [PacketRecord]
    private var retired: [UInt32] = []  // displaced in this burst, perhaps still to be sent
    private(set) var ringCount = 0  // packets the ring holds
    private var oldest = Int64.max  // no packet before it is held
    private var floor = Int64.min  // what lies before has been let go, and is not taken again
    private let hasParameterPackets: Bool

    /// - Parameters:
    ///   - capacity: Packets kept, a power of two: seconds of audio, about two of video.
    ///   - requestsLost: Whether the sender understands NACK.
    ///   - hasParameterPackets: Whether a key frame may need packets that precede its picture.
    init(
        ssrc: UInt32, clockRate: UInt32, capacity: Int, requestsLost: Bool,
        hasParameterPackets: Bool = false, at now: Instant
    ) {
        precondition(capacity > 0 && capacity & (capacity - 1) == 0, "capacity: a power of two")
        (self.ssrc, self.hasParameterPackets, heard) = (ssrc, hasParameterPackets, now)
        statistics = ReceptionStatistics(ssrc: ssrc, clockRate: clockRate)
        nack = requestsLost ? NackGenerator() : nil
        ring = Array(repeating: .vacant, count: capacity)
        burst.reserveCapacity(64)
    }

    /// Unwraps a header's number against the newest seen, without moving it.
    func unwrapped(_ sequence: UInt16) -> Int64 { unwrapper.peek(sequence) }

    /// Takes the packet into the ring and this turn's burst; or says why not, and the caller keeps
    /// the slot.
    mutating func insert(_ record: PacketRecord, isRetransmission: Bool, at now: Instant)
        -> DropReason?
    {
        let index = Int(truncatingIfNeeded: record.sequence) & (ring.count - 1)
        if let newest = unwrapper.newest, record.sequence <= newest - Int64(ring.count) {
            return .tooLate
        }
        // What repeats must have been there: a number ahead would silence all that follow it.
        if isRetransmission, record.sequence > unwrapper.newest ?? .min { return .malformedRTP }
        // Never a second time: a number stands for one packet alone, under a consumer's keys too.
        guard record.sequence >= floor else { return .tooLate }
        if ring[index].sequence == record.sequence { return .duplicate }
        if ring[index].sequence == PacketRecord.vacant.sequence {
            ringCount += 1
        } else {
            retired.append(ring[index].slot)
        }
        var record = record
        if record.isKeyframe, hasParameterPackets { record.leadCount = leadCount(of: record) }
        record.arrival = PacketRecord.ticks(at: now)
        ring[index] = record
        heard = now
        oldest = min(oldest, record.sequence)
        burst.append(record)
        let wire = UInt16(truncatingIfNeeded: record.sequence)
        _ = unwrapper.unwrap(wire)
        if !isRetransmission {
            _ = statistics.packetArrived(
                sequenceNumber: wire, timestamp: record.timestamp, at: now)
        }
        if record.begins(after: pictures) { pictures = PictureGroup(record, at: now) }
        pictures?.append(record)
        let action = nack?.packetArrived(wire, isRetransmission: isRetransmission, at: now)
        if action == .requestKeyframe { needsKeyframe = true }
        // A key frame ends no request: consumers still show what comes before it.
        return nil
    }

    /// How far before a key frame's first known packet the first of those lies that may still come
    /// and be of it: its parameter sets, lost on the way. What is between has the picture's time.
    private func leadCount(of keyframe: PacketRecord) -> UInt8 {
        var count: UInt8 = 0
        for step in 1...Self.longestLead {
            let sequence = keyframe.sequence - Int64(step)
            guard sequence > oldest else { break }  // nothing has come before: nothing is missing
            if let between = record(at: sequence) {
                guard between.timestamp == keyframe.timestamp else { break }
            } else {
                count = step
            }
        }
        return count
    }

    /// The numbers to ask the sender for again, and whether only a key frame helps.
    mutating func missing(at now: Instant) -> (numbers: [UInt16], needsKeyframe: Bool) {
        var numbers: [UInt16] = []
        if nack?.advance(to: now, into: &numbers) == .requestKeyframe { needsKeyframe = true }
        defer { needsKeyframe = false }
        return (numbers, needsKeyframe)
    }

    /// Keeps what a sender report says, for the report back.
    mutating func senderReportArrived(_ report: SenderReport, at now: Instant) {
        statistics.senderReportArrived(report.ntp, at: now)
    }

    /// How the stream arrives; `nil` before its first packets.
    mutating func reportBlock(at now: Instant) -> ReportBlock? {
        statistics.makeReportBlock(at: now)
    }

    /// The newest number; `nil` before the first packet.
    var newest: Int64? { unwrapper.newest }

    /// The packet with this number, while the ring still holds it.
    func record(at sequence: Int64) -> PacketRecord? {
        let record = ring[Int(truncatingIfNeeded: sequence) & (ring.count - 1)]
        return record.sequence == sequence ? record : nil
    }

    /// Ends the fan-out of the first `count` packets: slots displaced meanwhile may be used again.
    ///
    /// - Returns: Whether more have come since that fan-out began.
    mutating func burstSent(_ count: Int, _ slab: inout PacketSlab) -> Bool {
        guard count >= burst.count else {
            burst.removeFirst(count)
            giveRetired(&slab)
            return true
        }
        burst.removeAll(keepingCapacity: true)
        for slot in retired { slab.give(slot) }
        retired.removeAll(keepingCapacity: true)
        return false
    }

    /// Gives displaced slots back while more waits to be sent, but for those that this lies in: it may be
    /// long until nothing waits.
    @inline(never)
    private mutating func giveRetired(_ slab: inout PacketSlab) {
        let waiting = burst.filter { record(at: $0.sequence) == nil }.map(\.slot)
        for slot in retired where !waiting.contains(slot) { slab.give(slot) }
        retired = waiting
    }

    /// Whether the packet with this number is, or would be, among those held.
    func reaches(back sequence: Int64) -> Bool {
        guard let newest = unwrapper.newest else { return false }
        return sequence >= oldest && sequence > newest - Int64(ring.count)
    }

    private static let longestLead: UInt8 = 8  // delimiter, parameter sets, notes: one packet each

    /// Gives every slot back; the stream is over.
    mutating func releaseAll(_ slab: inout PacketSlab) {
        _ = burstSent(burst.count, &slab)
        for index in ring.indices where ring[index].sequence != PacketRecord.vacant.sequence {
            slab.give(ring[index].slot)
            ring[index] = .vacant
        }
        ringCount = 0
    }
}

// MARK: Doing with less

extension ReceiveStream {
    /// Takes what has waited too long out of the burst; it may still be asked for again.
    ///
    /// - Returns: How many packets, and whether a key frame is among those left.
    mutating func cutLate(at now: Instant) -> (count: Int, leavesKeyframe: Bool) {
        let count = burst.firstIndex { $0.age(at: now) <= PacketRecord.patience } ?? burst.count
        burst.removeFirst(count)
        return (count, burst.contains { $0.isKeyframe })
    }

    /// Slots this stream has taken and not given back.
    var slotCount: Int { ringCount + retired.count }

    /// Lets go of the older half of what it holds: others need the slots.
    ///
    /// O(1) for each number let go. What is still to be sent is given back after the fan-out.
    mutating func shed(_ slab: inout PacketSlab) {
        guard let newest = unwrapper.newest else { return }
        let first = max(oldest, newest - Int64(ring.count) + 1)
        guard first < newest else { return }
        floor = first + (newest - first + 1) / 2
        for sequence in first..<floor {
            let index = Int(truncatingIfNeeded: sequence) & (ring.count - 1)
            guard ring[index].sequence == sequence else { continue }
            retired.append(ring[index].slot)
            ring[index] = .vacant
            ringCount -= 1
        }
        oldest = floor
        guard burst.isEmpty else { return }
        for slot in retired { slab.give(slot) }
        retired.removeAll(keepingCapacity: true)
    }
}
