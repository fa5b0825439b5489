public import Timing
public import Wire

/// How one loop runs. The defaults suit a server without privileges.
public struct LoopConfiguration: Sendable {
    /// Where its socket is bound; port 0 lets the kernel choose.
    public var listen: Endpoint
    /// Where further sockets of a stream loop are bound, at most 16, which only receive
    /// (`StreamEngine.receive(_:from:onSocket:at:)`).
    public var otherSockets: [Endpoint] = []
    /// Whether an answer leaves from the address that was asked (`Endpoint.via`), where `listen` means
    /// every address of this machine. Otherwise the route picks one, which a peer may not know.
    public var answersFromAskedAddress = false
    /// How late the kernel may wake the thread to save wake-ups; the system's own default is 50 µs.
    public var timerSlack: Interval = Interval(nanoseconds: 1)
    /// Whether to ask for SCHED_FIFO; without the permission the loop runs all the same.
    public var realtime = false
    /// The processor to stay on, counted from 0; `nil` leaves the choice to the scheduler.
    public var cpu: Int?
    /// The send buffer to ask the kernel for. What finds it full waits up to 50 ms for room.
    public var sendBufferByteCount = 4 << 20
    /// The receive buffer to ask the kernel for. What finds it full is lost
    /// (`UDPStatistics.receiveDrops`); media is asked for again.
    public var receiveBufferByteCount = 4 << 20
    /// How many commands may wait in its mailbox.
    public var mailboxCapacity = defaultMailboxCapacity
    /// Its place among loops that share work; `nil` for a loop on its own.
    public var pipes: LoopPipes.Place?

    /// A loop on `listen`.
    public init(listen: Endpoint) { self.listen = listen }
}

/// What a loop got of what it asked for.
public struct LoopReport: Hashable, Sendable {
    /// Where its socket is bound.
    public var localEndpoint: Endpoint
    /// The receive buffer the kernel gave.
    public var receiveBufferByteCount: Int
    /// Whether the thread runs under SCHED_FIFO.
    public var isRealtime: Bool
    /// Whether the thread stays on the processor asked for.
    public var isPinned: Bool
}

/// What a loop has done since it started.
public struct LoopStatistics: Hashable, Sendable {
    /// What its socket has sent and received.
    public internal(set) var socket = UDPStatistics()
    /// How often it woke and went round.
    public internal(set) var turns = 0
    /// The most a turn began after the engine's deadline.
    public internal(set) var longestDelay = Interval.zero
}
