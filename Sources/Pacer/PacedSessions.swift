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
/// guard let camera = try await pacer.run({ sessions, _ in sessions.insert(makeSession()) })
/// else { return }  // there are as many as may be
/// pacer.post { sessions, now in _ = sessions.enqueue(packet, in: camera, at: now) }
/// ```
///
/// A packet costs no allocation here. A turn looks only at the sessions that are due: a session's
/// packets leave when they would if it were alone.
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

    /// How many sessions there may be.
    public let limit: Int

    private var sessions = Slab<PacedSession>()
    private var deadlines = DeadlineQueue()  // by slot
    private var current: Handle?  // whose packets are being handed out: not in the queue
    private var now = Instant(nanoseconds: .min)

    /// No session yet, and never more than `limit`.
    public init(limit: Int = 1_024) { self.limit = limit }

    /// How many sessions there are.
    public var count: Int { sessions.count }

    /// Whether the session is still here.
    public func contains(_ handle: Handle) -> Bool { sessions.contains(handle) }

    /// A session that is here, to add tracks to or to ask for its figures: ask `contains` first where it
    /// may have been removed. What is due comes out of `nextEvent`.
    public subscript(handle: Handle) -> PacedSession {
        _read { yield sessions[handle] }
        _modify {
            defer { settle(handle) }
            yield &sessions[handle]
        }
    }

    /// Takes a session in; `nil`, and the session is gone, when there are as many as may be.
    public mutating func insert(_ session: consuming PacedSession) -> Handle? {
        guard sessions.count < limit else { return nil }
        let handle = sessions.insert(session)
        settle(handle)
        return handle
    }

    /// Lets a session go, with whatever waits in it. Its handle is stale from then on.
    public mutating func remove(_ handle: Handle) {
        guard sessions.contains(handle) else { return }
        _ = sessions.remove(handle)
        if current == handle { current = nil }
        deadlines.set(handle.index, to: nil)
    }

    /// Queues a packet of one session; `nil` when that is not here any more.
    public mutating func enqueue(
        _ packet: PacedPacket, in handle: Handle, at now: Instant
    ) -> Admission? {
        guard sessions.contains(handle) else { return nil }
        return self[handle].enqueue(packet, at: now)
    }

    /// Lets time pass: what is due at `now` comes out of `nextEvent`.
    public mutating func advance(to now: Instant) { self.now = max(self.now, now) }

    /// The earliest deadline of all; `nil` while nothing waits. Once the departures of a turn are
    /// drained it lies beyond that turn.
    public var nextDeadline: Instant? {
        guard let current, let own = sessions[current].nextDeadline else { return deadlines.next }
        return min(own, deadlines.next ?? own)
    }

    /// The next packet that is due, one session after the other, the one that waits longest first; a
    /// group's packets follow one another.
    public mutating func nextEvent() -> Due? {
        while takeDue(), let handle = current {
            if let departure = sessions[handle].nextDeparture() {
                return Due(session: handle, departure: departure)
            }
            current = nil
            settle(handle)
        }
        return nil
    }

    /// Nothing comes from the network here.
    public mutating func receive(_ bytes: RawSpan, from source: Endpoint, at now: Instant) {}

    /// Nothing is written here: the owner sends what is due.
    public mutating func nextTransmit(into arena: inout SendArena) -> Transmit? { nil }

    /// Stops the process where sessions and their deadlines contradict one another: a bug of ours. For
    /// tests.
    public func checkInvariants() {
        precondition(sessions.count <= limit, "past its bound")
        var waiting = 0
        for handle in sessions.handles {
            sessions[handle].checkInvariants()
            let hasDeadline = sessions[handle].nextDeadline != nil
            waiting += hasDeadline && handle != current ? 1 : 0
        }
        precondition(
            waiting == deadlines.count, "a session waits without a deadline, or the reverse")
        if let current { precondition(sessions.contains(current), "a session that is gone") }
    }

    /// Sees to it that there is a current session, one that is due, brought to the present.
    private mutating func takeDue() -> Bool {
        guard current == nil else { return true }
        guard let slot = deadlines.popDue(at: now) else { return false }
        current = sessions.handle(at: slot)
        if let current { sessions[current].advance(to: now) }
        return current != nil
    }

    /// Takes down when a session wants to be looked at next.
    private mutating func settle(_ handle: Handle) {
        guard handle != current, sessions.contains(handle) else { return }
        deadlines.set(handle.index, to: sessions[handle].nextDeadline)
    }
}
