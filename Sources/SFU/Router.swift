import Timing
import Wire

/// A room's data path: every packet of every producer, to every consumer of it.
///
/// Fan-out is transposed: a burst is gathered first, then written consumer by consumer, so that
/// the packets to one destination lie back to back and leave as one segmented send. A packet is
/// written once, rewritten and encrypted from its slot straight into the arena.
struct Router: ~Copyable {
    var producers = Slab<Producer>()
    var consumers = Slab<Consumer>()
    var drops = DropCounters()
    var forwardedPackets: UInt64 = 0
    var forwardedBytes: UInt64 = 0
    var retransmittedPackets: UInt64 = 0
    var dirty: [ProducerHandle] = []
    var resending: [ConsumerHandle] = []
    var replays = ReplayQueue()
    var started: [ConsumerHandle] = []  // sent their first packet of a source
    var cursor = Cursor()
    var burst: [PacketRecord] = []  // of the producer at the cursor
    var audience: [ConsumerHandle] = []  // its consumers
    private(set) var now = Instant(nanoseconds: 0)  // when the newest packet came
    var interlude = 0  // runs of other kinds that may leave before the next fan-out

    /// How far the fan-out of this turn has come: producer, its consumer, the burst's packet.
    struct Cursor {
        var producer = 0
        var consumer = 0
        var packet = 0
    }

    /// Packets sent of all kinds.
    var sentPackets: UInt64 { forwardedPackets &+ retransmittedPackets }
    var hasPendingOutput: Bool { !dirty.isEmpty || !resending.isEmpty || replays.hasSlice }

    /// Puts a packet of `handle` into its stream; on a reason, the caller keeps the slot.
    mutating func receive(
        _ record: PacketRecord, for handle: ProducerHandle, isRetransmission: Bool,
        at now: Instant
    ) -> DropReason? {
        if producers[handle].hear(at: now) { producers[handle].keyframes.streamResumed(at: now) }
        let reason = producers[handle].stream?.insert(
            record, isRetransmission: isRetransmission, at: now)
        if let reason { return reason }
        self.now = now
        producers[handle].packetCount &+= 1
        producers[handle].byteCount &+= UInt64(record.payloadByteCount)
        // One from before the request meets no wish: what follows it has gone by those who wait.
        if record.isKeyframe, record.sequence > producers[handle].requestedAfter {
            producers[handle].keyframes.keyframeArrived(at: now)
        }
        if !producers[handle].isDirty {
            producers[handle].isDirty = true
            producers[handle].waiting = PacketRecord.ticks(at: now)
            dirty.append(handle)
        }
        return nil
    }
}
