/// What a worker has to tell its owner; one who does not listen loses the oldest.
struct EventQueue {
    private var events: [WorkerEvent] = []
    private var position = 0

    /// Queues an event; `false` when the oldest was lost for it.
    mutating func append(_ event: WorkerEvent) -> Bool {
        let hasRoom = events.count - position < Self.limit
        if !hasRoom { _ = popFirst() }
        events.append(event)
        return hasRoom
    }

    mutating func popFirst() -> WorkerEvent? {
        guard position < events.count else { return nil }
        let event = events[position]
        position += 1
        if position == events.count || position == Self.limit {
            events.removeFirst(position)
            position = 0
        }
        return event
    }

    static let limit = 65_536
}
