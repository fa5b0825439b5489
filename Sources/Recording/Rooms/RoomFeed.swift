public import Reactor
public import SFU

/// The rooms of a server in this process, as far as recordings have to do with them.
public struct RoomFeed: Sendable {
    /// The recordings' place among the loops that rooms are on.
    public var place: LoopPipes.Place
    /// Has a room's frames come there, now or whenever anybody sends in it; says whether anybody does.
    public var observe: @Sendable (_ room: String) async throws(SessionError) -> Bool
    /// Has them come no longer. It must not block, and be carried out behind what was asked before.
    public var stopObserving: @Sendable (_ room: String) -> Void
    /// Loops that end before their time.
    public var endings: @Sendable () -> AsyncStream<Int>

    /// A feed by all that it consists of.
    public init(
        place: LoopPipes.Place,
        observe: @escaping @Sendable (_ room: String) async throws(SessionError) -> Bool,
        stopObserving: @escaping @Sendable (_ room: String) -> Void,
        endings: @escaping @Sendable () -> AsyncStream<Int>
    ) {
        (self.place, self.observe, self.stopObserving) = (place, observe, stopObserving)
        self.endings = endings
    }
}
