public import Reactor
public import SFU

/// What one worker and its socket have done so far.
public struct WorkerReport: Sendable {
    /// Rooms, sessions, packets.
    public var worker: WorkerStatistics
    /// Turns and datagrams.
    public var loop: LoopStatistics
}
