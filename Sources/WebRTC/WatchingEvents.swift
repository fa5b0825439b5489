/// What a session that watches has to tell its owner, in order, with a bound for an owner who does not
/// ask: packets beyond it are dropped, and of a track's clocks and of the server's silence only the newest
/// is kept.
struct WatchingEvents {
    /// Packets dropped because the owner did not take them in time.
    private(set) var droppedPackets = 0

    private var events: [WatchingSession.Event] = []
    private var position = 0
    /// Where the newest clock of each track lies, and the newest silence.
    private var clocks: [Int: Int] = [:]
    private var silence: Int?

    /// What has not been taken yet.
    var count: Int { events.count - position }

    mutating func append(_ event: WatchingSession.Event) {
        switch event {
        case .packet:
            guard count < Self.packetLimit else { return droppedPackets += 1 }
            events.append(event)
        case .clock(let track, _, _):
            if put(event, at: clocks[track]) { clocks[track] = events.count - 1 }
        case .silent:
            if put(event, at: silence) { silence = events.count - 1 }
        case .connected, .closed: events.append(event)  // once in a session
        }
    }

    /// The oldest; `nil` when all have been taken.
    mutating func next() -> WatchingSession.Event? {
        guard position < events.count else {
            events.removeAll(keepingCapacity: true)
            clocks.removeAll(keepingCapacity: true)
            (position, silence) = (0, nil)
            return nil
        }
        defer { position += 1 }
        return events[position]
    }

    /// Puts an event in the place of an older one of its kind, where that has not been taken yet.
    ///
    /// - Returns: Whether it stands at the end instead.
    private mutating func put(_ event: WatchingSession.Event, at place: Int?) -> Bool {
        guard let place, place >= position else {
            events.append(event)
            return true
        }
        events[place] = event
        return false
    }

    private static let packetLimit = 8192
}
