import Testing

@testable import WebRTC

/// What a session that publishes has to tell: in order, and bounded for who does not ask.
@Suite struct PublishingEventsTests {
    private static func all(_ events: inout PublishingEvents) -> [PublishingSession.Event] {
        var found: [PublishingSession.Event] = []
        while let event = events.next() { found.append(event) }
        return found
    }

    @Test func `what is taken in time comes whole and in order`() {
        var events = PublishingEvents()
        let told: [PublishingSession.Event] = [
            .connected, .keyframeWanted(track: 1), .silent(true), .keyframeWanted(track: 1),
            .silent(false), .closed(.local),
        ]
        var found: [PublishingSession.Event] = []
        for event in told {
            events.append(event)
            if let next = events.next() { found.append(next) }
        }
        #expect(found == told)
    }

    @Test func `a day without anybody who asks keeps each track's wish and the last word`() {
        var events = PublishingEvents()
        events.append(.connected)
        for second in 1...86_400 {
            events.append(.silent(second % 2 == 1))
            events.append(.keyframeWanted(track: second % 2))
        }
        events.append(.closed(.silent))
        #expect(events.count == 5)
        #expect(
            Self.all(&events)
                == [
                    .connected, .silent(false), .keyframeWanted(track: 1),
                    .keyframeWanted(track: 0), .closed(.silent),
                ])
    }

    @Test func `a silence that has been told is followed by the next`() {
        var events = PublishingEvents()
        events.append(.silent(true))
        #expect(events.next() == .silent(true))
        events.append(.silent(false))
        #expect(Self.all(&events) == [.silent(false)])
    }
}
