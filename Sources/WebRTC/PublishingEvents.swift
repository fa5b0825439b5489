/// What a session that publishes has to tell its owner, in order, with a bound for an owner who does not ask:
/// one wish of each track, and of the server's silence only the newest word.
struct PublishingEvents {
    private var events: [PublishingSession.Event] = []

    /// What has not been taken yet: of a session at most as many as it has tracks, and three.
    var count: Int { events.count }

    mutating func append(_ event: PublishingSession.Event) {
        switch event {
        case .keyframeWanted:
            guard !events.contains(event) else { return }
            events.append(event)
        case .silent:
            guard let older = events.firstIndex(where: \.isSilence) else {
                return events.append(event)
            }
            events[older] = event
        case .connected, .closed: events.append(event)  // once in a session
        }
    }

    /// The oldest; `nil` when all have been taken.
    mutating func next() -> PublishingSession.Event? {
        events.isEmpty ? nil : events.removeFirst()
    }
}

extension PublishingSession.Event {
    fileprivate var isSilence: Bool {
        switch self {
        case .silent: true
        case .connected, .keyframeWanted, .closed: false
        }
    }
}
