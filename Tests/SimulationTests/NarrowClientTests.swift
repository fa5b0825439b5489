import Testing
import Timing
import Wire

@testable import WebRTC

/// A client whose way out takes less than it has to send.
@Suite struct NarrowClientTests {
    @Test func `what has been sent is given up though something always waits`() throws {
        var meeting = try ClientMeeting()
        try meeting.run(for: .seconds(1))
        let isConnected = meeting.publisher.isConnected
        try #require(isConnected)
        var arena = SendArena(capacity: 2000)
        var most = 0
        for number in 0..<5000 {
            meeting.publish(number)  // two packets, of which one leaves
            arena.removeAll()
            _ = meeting.publisher.nextTransmit(into: &arena)
            let held = meeting.publisher.path.heldCount
            most = max(most, held)
        }
        #expect(most <= 2 * SessionPath.outboxLimit)
        let dropped = meeting.publisher.statistics.droppedPackets
        #expect(dropped > 3000)
    }

    @Test func `feedback does not wait without bound`() throws {
        var meeting = try ClientMeeting()
        try meeting.run(for: .seconds(1))
        for number in 0..<10 {
            meeting.publish(number)
            try meeting.run(for: .milliseconds(20))
        }
        for _ in 0..<3000 { meeting.watcher.requestKeyframe(track: 1) }
        let held = meeting.watcher.path.heldCount
        #expect(held <= SessionPath.outboxLimit)
    }
}
