/// What a worker has to tell its owner; one who does not listen loses the oldest, last of all what ends
/// something: others count by that who is still there.
struct EventQueue {
    private var endings = Line()  // older than all in `events`
    private var events = Line()

    /// Queues an event; `false` when one was lost for it.
    mutating func append(_ event: WorkerEvent) -> Bool {
        var hasRoom = true
        if events.count == Self.limit, let oldest = events.popFirst() {
            hasRoom = oldest.endsSomething && endings.count < Self.limit
            if hasRoom { endings.append(oldest) }
        }
        events.append(event)
        return hasRoom
    }

    mutating func popFirst() -> WorkerEvent? { endings.popFirst() ?? events.popFirst() }

    static let limit = 65_536  // of each; sessions and rooms that can end are fewer than half of it
}

/// First in, first out.
private struct Line {
    private var events: [WorkerEvent] = []
    private var position = 0

    var count: Int { events.count - position }

    mutating func append(_ event: WorkerEvent) { events.append(event) }

    mutating func popFirst() -> WorkerEvent? {
        guard position < events.count else { return nil }
        let event = events[position]
        position += 1
        if position == events.count || position == EventQueue.limit {
            events.removeFirst(position)
            position = 0
        }
        return event
    }
}

extension WorkerEvent {
    fileprivate var endsSomething: Bool {
        switch self {
        case .roomClosed, .peerLeft, .transportClosed: true
        case .roomOpened, .peerJoined, .producerAdded, .producerClosed, .transportConnected: false
        }
    }
}
