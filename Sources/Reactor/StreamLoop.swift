import Timing
import Wire

/// Drives one engine with a UDP socket and a stream connection, on one thread.
///
/// Never `Sendable`, and built on the thread that runs it. Turns are as in `MediaLoop`.
struct StreamLoop<E: StreamEngine & SendableMetatype & ~Copyable>: ~Copyable {
    private var engine: E
    private var socket: UDPSocket
    private let others: [OtherSocket]
    private var connection: StreamConnection?
    private var refused: StreamTarget?  // what ended: not tried again unasked
    private let mailbox: Mailbox<MediaLoop<E>.Command>
    private let poller: Poller
    private let onEvent: @Sendable (E.Event) -> Void
    private var outlet = Outlet()
    private var statistics = LoopStatistics()

    init(
        engine: consuming E, socket: consuming UDPSocket, others: [OtherSocket],
        mailbox: Mailbox<MediaLoop<E>.Command>, onEvent: @escaping @Sendable (E.Event) -> Void
    ) throws(SystemError) {
        poller = try .open(
            socket: socket.descriptor, mailbox: mailbox.descriptor,
            others: others.map { $0.socket.descriptor })
        self.engine = engine
        self.socket = socket
        self.others = others
        self.mailbox = mailbox
        self.onEvent = onEvent
    }

    /// Goes round until the mailbox is closed; what it had taken by then is still carried out.
    mutating func run() throws(SystemError) {
        followWish(at: .now())
        tell()
        while try turn() {}
    }

    /// Refuses later commands and carries out those taken: for a loop that cannot go on.
    mutating func close() {
        mailbox.close()
        while drainMailbox(at: .now()) {}
        tell()
    }

    private mutating func turn() throws(SystemError) -> Bool {
        let ready = try poller.wait(until: nextDeadline, forRoom: outlet.isWaiting)
        let now = Instant.now()
        statistics.turns += 1
        let isOpen = ready.contains(.mailbox) ? drainMailbox(at: now) : true
        if ready.contains(.socket) { receiveDatagrams(at: now) }
        for (index, other) in others.enumerated() where ready.contains(.other(index)) {
            Self.receive(from: other, index + 1, into: &engine, at: now)
        }
        proceedWithStream(ready, at: now)
        engine.advance(to: now)
        followWish(at: now)
        transmit(at: now)
        tell()
        return isOpen
    }

    private mutating func tell() { while let event = engine.nextEvent() { onEvent(event) } }

    private var nextDeadline: Instant? {
        earlier(earlier(engine.nextDeadline, connection?.deadline), outlet.deadline)
    }

    private mutating func drainMailbox(at now: Instant) -> Bool {
        socket.countReceiveDrops()  // whoever has posted may ask for them
        statistics.socket = socket.statistics
        let statistics = statistics
        return Self.drain(mailbox, into: &engine, statistics, at: now)
    }

    private static func drain(
        _ mailbox: Mailbox<MediaLoop<E>.Command>, into engine: inout E,
        _ statistics: LoopStatistics, at now: Instant
    ) -> Bool {
        mailbox.drain(atMost: mostCommands) { command in command(&engine, statistics, now) }
    }

    private mutating func receiveDatagrams(at now: Instant) {
        Self.receive(from: &socket, into: &engine, at: now)
    }

    private static func receive(from socket: inout UDPSocket, into engine: inout E, at now: Instant)
    {
        for _ in 0..<mostBatches {
            // An error here tells of an earlier send (ICMP); the socket has counted it.
            let count = try? socket.receiveBatch { engine.receive($0, from: $1, at: now) }
            guard count == UDPSocket.batchLimit else { return }
        }
    }

    private static func receive(
        from other: OtherSocket, _ number: Int, into engine: inout E, at now: Instant
    ) {
        for _ in 0..<mostBatches {
            let count = try? other.socket.receiveBatch { bytes, source in
                engine.receive(bytes, from: source, onSocket: number, at: now)
            }
            guard count == UDPSocket.batchLimit else { return }
        }
    }

    private mutating func transmit(at now: Instant) {
        outlet.transmit(from: &engine, over: &socket, at: now)
        while let bytes = engine.nextStreamOutput() { connection?.send(bytes) }
    }
}

extension StreamLoop where E: ~Copyable {
    /// Opens the connection the engine wants, and lets go of one it wants no more. One that the kernel has no
    /// room for ends at once: the engine knows when to try again.
    private mutating func followWish(at now: Instant) {
        let wanted = engine.wantedConnection
        guard wanted != connection?.target else { return }
        connection = nil
        guard let wanted, wanted != refused else { return }
        do throws(SystemError) {
            connection = try StreamConnection(to: wanted, poller: poller, at: now)
        } catch {
            refused = wanted
            engine.streamClosed(error.description, at: now)
        }
    }

    private mutating func proceedWithStream(_ ready: Poller.Readiness, at now: Instant) {
        guard let connection else { return }
        if ready.contains(.resolution) { follow(connection.resolved(at: now), at: now) }
        let isLate = connection.deadline.map { $0 <= now } ?? false
        guard self.connection === connection, ready.contains(.stream) || isLate else { return }
        let progress = Self.proceed(connection, engine: &engine, at: now)
        follow(progress, at: now)
    }

    private static func proceed(
        _ connection: StreamConnection, engine: inout E, at now: Instant
    ) -> StreamConnection.Progress {
        connection.proceed(at: now) { engine.receiveStream($0, at: now) }
    }

    private mutating func follow(_ progress: StreamConnection.Progress, at now: Instant) {
        switch progress {
        case .none: return
        case .opened: engine.streamOpened(at: now)
        case .closed(let reason):
            refused = engine.wantedConnection
            connection = nil
            engine.streamClosed(reason, at: now)
        }
    }
}

/// A socket beside a loop's own, which nothing is sent through.
final class OtherSocket {
    fileprivate var socket: UDPSocket

    init(on endpoint: Endpoint) throws(SystemError) { socket = try UDPSocket.bind(to: endpoint) }
}
