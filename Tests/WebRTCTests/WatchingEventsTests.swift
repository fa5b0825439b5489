import Testing
import Timing

@testable import WebRTC

/// What a session that watches has to tell: in order, and bounded for who does not ask.
@Suite struct WatchingEventsTests {
    private static func packet(_ number: Int64) -> WatchingSession.Event {
        .packet(
            ReceivedRTP(
                track: 0, ssrc: 1, sequence: number, timestamp: 0, marker: false, payload: [],
                arrival: Instant(nanoseconds: 0)))
    }

    private static func clock(_ track: Int, _ second: UInt64) -> WatchingSession.Event {
        .clock(track: track, ntp: NTPTimestamp(value: second << 32), timestamp: UInt32(second))
    }

    private static func all(_ events: inout WatchingEvents) -> [WatchingSession.Event] {
        var found: [WatchingSession.Event] = []
        while let event = events.next() { found.append(event) }
        return found
    }

    @Test func `what is taken in time comes whole and in order`() {
        var events = WatchingEvents()
        let told = [
            .connected, Self.packet(1), Self.clock(0, 1), .silent(true), Self.packet(2),
            Self.clock(1, 1), .silent(false), .closed(.local),
        ]
        var found: [WatchingSession.Event] = []
        for event in told {
            events.append(event)
            if let next = events.next() { found.append(next) }
        }
        #expect(found == told)
    }

    @Test func `a day without anybody who asks keeps each track's newest clock`() {
        var events = WatchingEvents()
        events.append(.connected)
        for second in UInt64(1)...86_400 {
            events.append(Self.clock(0, second))
            events.append(Self.clock(1, second))
            events.append(.silent(second % 2 == 0))
        }
        events.append(.closed(.silent))
        #expect(events.count == 5)
        #expect(
            Self.all(&events).prefix(5)
                == [
                    .connected, Self.clock(0, 86_400), Self.clock(1, 86_400), .silent(true),
                    .closed(.silent),
                ])
    }

    @Test func `a clock that has been taken is followed by the next`() {
        var events = WatchingEvents()
        events.append(Self.clock(0, 1))
        events.append(Self.packet(1))
        #expect(events.next() == Self.clock(0, 1))
        events.append(Self.clock(0, 2))
        #expect(Self.all(&events) == [Self.packet(1), Self.clock(0, 2)])
        events.append(Self.clock(0, 3))
        #expect(Self.all(&events) == [Self.clock(0, 3)])
    }

    @Test func `packets beyond the bound are dropped and counted`() {
        var events = WatchingEvents()
        for number in Int64(0)..<10_000 { events.append(Self.packet(number)) }
        events.append(Self.clock(0, 1))
        #expect(events.droppedPackets == 10_000 - 8192)
        let found = Self.all(&events)
        #expect(found.count == 8193 && found.last == Self.clock(0, 1))
    }
}
