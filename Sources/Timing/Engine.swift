public import Wire

/// The contract between a machine without I/O and whoever drives it.
///
/// Bytes and time go in; bytes, events and a deadline come out. `Reactor` drives an engine with a
/// socket and the kernel's clock, `Simulation` with a seeded link and a virtual one. A driver hands
/// in as many datagrams as it has, then drains `nextTransmit` and `nextEvent` until both are `nil`,
/// then waits until `nextDeadline` or the next datagram.
///
/// An engine owns no clock, socket, thread, lock, log or global. It never throws for what a
/// stranger can cause. Time never runs backwards.
public protocol Engine: ~Copyable {
    /// What the owner is told.
    associatedtype Event

    /// Takes in one datagram; the bytes are borrowed for the call.
    mutating func receive(_ bytes: RawSpan, from source: Endpoint, at now: Instant)

    /// Does all that is due at `now`. Calling it twice is harmless.
    mutating func advance(to now: Instant)

    /// When `advance` wants to be called next; `nil` when nothing is pending. After
    /// `advance(to: d)` it lies beyond `d`.
    var nextDeadline: Instant? { get }

    /// Writes the next run of datagrams to one destination; `nil` when there is none, or when the
    /// arena has too little room left for it. Drain, empty the arena, and ask until an empty arena
    /// answers `nil`. Only behind a `nil` may the arena be emptied: there may lie more in it than has
    /// been handed out.
    mutating func nextTransmit(into arena: inout SendArena) -> Transmit?

    /// The next fact for the owner, in the order they happened.
    mutating func nextEvent() -> Event?

    /// Takes in one frame that the engine of another loop wrote for this one; the bytes are borrowed
    /// for the call. This and the three words below are for engines that share work between loops; to
    /// all others nothing is said and nothing asked.
    mutating func receiveFrame(_ bytes: RawSpan, from loop: Int, at now: Instant)

    /// Whether there are frames for another loop. Asked for each in turn, after `advance`.
    func hasFrames(for loop: Int) -> Bool

    /// Writes the next frame for another loop into `slot`, which holds any frame; `nil` when there is
    /// none.
    ///
    /// - Returns: The frame's length.
    mutating func nextFrame(to loop: Int, into slot: UnsafeMutableRawBufferPointer) -> Int?

    /// The pipe to another loop has no room for what is left: what grows old is to be dropped.
    mutating func refuseFrames(to loop: Int)

    /// Stops the process where the engine's parts contradict one another: a bug of ours. For tests,
    /// between turns; it may look at everything the engine holds.
    func checkInvariants()
}

extension Engine where Self: ~Copyable {
    /// Nothing to check.
    public func checkInvariants() {}

    /// Nothing to hear.
    public mutating func receiveFrame(_ bytes: RawSpan, from loop: Int, at now: Instant) {}

    /// Nothing to tell.
    public func hasFrames(for loop: Int) -> Bool { false }

    /// Nothing to tell.
    public mutating func nextFrame(
        to loop: Int, into slot: UnsafeMutableRawBufferPointer
    ) -> Int? { nil }

    /// Nothing to drop.
    public mutating func refuseFrames(to loop: Int) {}
}
