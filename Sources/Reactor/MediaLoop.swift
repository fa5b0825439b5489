import Timing
import Wire

/// Drives one engine with one socket, on one thread: what meets the world in production.
///
/// Never `Sendable`, and built on the thread that runs it. A turn: wait, read the clock once, hear the
/// other loops, drain the mailbox, receive a bounded burst, let the engine do what is due, report, tell
/// the other loops, send all it has, report.
struct MediaLoop<E: Engine & SendableMetatype & ~Copyable>: ~Copyable {
    typealias Command = @Sendable (inout E, LoopStatistics, Instant) -> Void

    private var engine: E
    private var socket: UDPSocket
    private let mailbox: Mailbox<Command>
    private let poller: Poller
    private var pipes: PipeEnds
    private let onEvent: @Sendable (E.Event) -> Void
    private var outlet = Outlet()
    private var statistics = LoopStatistics()

    init(
        engine: consuming E,
        socket: consuming UDPSocket,
        mailbox: Mailbox<Command>,
        pipes: PipeEnds,
        onEvent: @escaping @Sendable (E.Event) -> Void
    ) throws(SystemError) {
        poller = try .open(
            socket: socket.descriptor, mailbox: mailbox.descriptor, pipes: pipes.descriptor)
        self.engine = engine
        self.socket = socket
        self.mailbox = mailbox
        self.pipes = pipes
        self.onEvent = onEvent
    }

    /// Goes round until the mailbox is closed. What it had taken by then is still carried out.
    mutating func run() throws(SystemError) {
        while try turn() {}
    }

    /// Refuses later commands and carries out those taken: for a loop that cannot go on. What has
    /// happened is told to the last.
    mutating func close() {
        mailbox.close()
        while drainMailbox(at: .now()) {}
        while let event = engine.nextEvent() { onEvent(event) }
    }

    private mutating func turn() throws(SystemError) -> Bool {
        let deadline = engine.nextDeadline
        let ready = try poller.wait(
            until: earlier(deadline, outlet.deadline), forRoom: outlet.isWaiting)
        let now = Instant.now()
        count(deadline, at: now)
        if ready.contains(.pipes) { pipes.clearWake() }
        pipes.receive(into: &engine, at: now)
        let isOpen = ready.contains(.mailbox) ? drainMailbox(at: now) : true
        if ready.contains(.socket) { Self.receive(from: &socket, into: &engine, at: now) }
        engine.advance(to: now)
        // What a frame may lead to elsewhere is told of after what led to the frame.
        while let event = engine.nextEvent() { onEvent(event) }
        pipes.send(from: &engine)
        outlet.transmit(from: &engine, over: &socket, at: now)
        while let event = engine.nextEvent() { onEvent(event) }
        return isOpen
    }

    private mutating func drainMailbox(at now: Instant) -> Bool {
        socket.countReceiveDrops()  // whoever has posted may ask for them
        statistics.socket = socket.statistics
        let statistics = statistics
        return Self.drain(mailbox, into: &engine, hearing: &pipes, statistics, at: now)
    }

    private static func drain(
        _ mailbox: Mailbox<Command>,
        into engine: inout E,
        hearing pipes: inout PipeEnds,
        _ statistics: LoopStatistics,
        at now: Instant
    ) -> Bool {
        mailbox.drain(atMost: mostCommands) { command in
            // Who posted it may know of frames that came since this turn began.
            pipes.receive(into: &engine, at: now)
            command(&engine, statistics, now)
        }
    }

    /// Reads what has come, within a bound: what is left is readable at once in the next turn.
    private static func receive(from socket: inout UDPSocket, into engine: inout E, at now: Instant)
    {
        for _ in 0..<mostBatches {
            // An error here tells of an earlier send (ICMP); the socket has counted it.
            let count = try? socket.receiveBatch { bytes, source in
                engine.receive(bytes, from: source, at: now)
            }
            guard count == UDPSocket.batchLimit else { return }
        }
    }

    private mutating func count(_ deadline: Instant?, at now: Instant) {
        statistics.turns += 1
        guard let deadline else { return }
        statistics.longestDelay = max(statistics.longestDelay, now - deadline)
    }
}

/// 256 datagrams: with decryption about a quarter of a millisecond, and room for what it causes.
let mostBatches = 4

/// Commands of one turn: a session agreed on costs some fifty microseconds, and media waits for them.
let mostCommands = 16
