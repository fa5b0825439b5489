public import Timing
public import Wire

/// Many sessions on one thread: an engine that any loop can drive, and that hands out what is due.
///
/// `Reactor` gives it a thread with absolute deadlines, a timer slack of 1 ns and, where the system
/// permits, `SCHED_FIFO`; each departure is then an event on that thread:
///
/// ```swift
/// var configuration = LoopConfiguration(listen: Endpoint(ipv4: 0x7F00_0001, port: 0))
/// configuration.realtime = true
/// let pacer = try startLoop(
///     name: "pacer", configuration: configuration, makeEngine: { PacedSessions() },
///     onEvent: { due in send(due) })
/// let camera = try await pacer.run { sessions, _ in sessions.insert(makeSession()) }
/// pacer.post { sessions, now in _ = sessions.enqueue(packet, in: camera, at: now) }
/// ```
///
/// A packet costs no allocation here; a turn costs O(sessions).
public struct PacedSessions: Engine, ~Copyable {
    /// Names a session for as long as it is here.
    public typealias Handle = Slab<PacedSession>.Handle

    /// A packet that is to leave now, or to be let go, and whose it is.
    public struct Due: Hashable, Sendable {
        /// The session it was queued in.
        public var session: Handle
        /// The packet, when it was due, and why it must not be sent, if so.
        public var departure: Departure
    }

    private var sessions = Slab<PacedSession>()
    private var order: [Handle] = []
    private var position = 0  // of the session whose packets are being handed out

    /// No session yet.
    public init() {}

    /// How many sessions there are.
    public var count: Int { order.count }

    /// Whether the session is still here.
    public func contains(_ handle: Handle) -> Bool { sessions.contains(handle) }

    /// A session that is here, to add tracks to or to ask for its figures: ask `contains` first where it
    /// may have been removed.
    public subscript(handle: Handle) -> PacedSession {
        _read { yield sessions[handle] }
        _modify { yield &sessions[handle] }
    }

    /// Takes a session in.
    public mutating func insert(_ session: consuming PacedSession) -> Handle {
        let handle = sessions.insert(session)
        order.append(handle)
        return handle
    }

    /// Lets a session go, with whatever waits in it. Its handle is stale from then on; O(sessions).
    public mutating func remove(_ handle: Handle) {
        guard let place = order.firstIndex(of: handle) else { return }
        _ = sessions.remove(handle)
        order.remove(at: place)
        if place < position { position -= 1 }
    }

    /// Queues a packet of one session; `nil` when that is not here any more.
    public mutating func enqueue(
        _ packet: PacedPacket, in handle: Handle, at now: Instant
    ) -> Admission? {
        guard sessions.contains(handle) else { return nil }
        return sessions[handle].enqueue(packet, at: now)
    }

    /// Lets time pass in all sessions.
    public mutating func advance(to now: Instant) {
        for handle in order { sessions[handle].advance(to: now) }
    }

    /// The earliest deadline of all; `nil` while nothing waits.
    public var nextDeadline: Instant? {
        var earliest: Instant?
        for handle in order {
            guard let deadline = sessions[handle].nextDeadline else { continue }
            earliest = min(earliest ?? deadline, deadline)
        }
        return earliest
    }

    /// The next packet that is due, one session after the other; a group's packets follow one another.
    public mutating func nextEvent() -> Due? {
        while position < order.count {
            let handle = order[position]
            if let departure = sessions[handle].nextDeparture() {
                return Due(session: handle, departure: departure)
            }
            position += 1
        }
        position = 0
        return nil
    }

    /// Nothing comes from the network here.
    public mutating func receive(_ bytes: RawSpan, from source: Endpoint, at now: Instant) {}

    /// Nothing is written here: the owner sends what is due.
    public mutating func nextTransmit(into arena: inout SendArena) -> Transmit? { nil }
}
