import Testing
import Timing
import WebRTC

/// Clients whose server is gone without a goodbye: killed, or behind a path that does not carry.
@Suite struct SilentServerTests {
    /// Both clients connected, and something sent.
    private static func connected(patience: Interval?) throws -> ClientMeeting {
        var meeting = try ClientMeeting(patience: patience)
        try meeting.run(for: .seconds(1))
        #expect(meeting.publisher.isHeard && meeting.watcher.isConnected)
        return meeting
    }

    @Test func `a silence is noticed within five seconds, and ends sessions that can begin anew`()
        throws
    {
        var meeting = try Self.connected(patience: .milliseconds(1500))
        meeting.line.isCut = true
        let cut = meeting.now
        try meeting.run(for: .milliseconds(2500))
        #expect(meeting.publisher.isHeard && meeting.silences.isEmpty)
        try meeting.run(for: .milliseconds(2501))
        let isHeard = meeting.publisher.isHeard
        #expect(!isHeard)
        #expect(meeting.silences.map(\.isSilent) == [true, true])
        let noticed = try #require(meeting.silences.last?.at)
        #expect(noticed - cut > .milliseconds(2500))
        try meeting.run(for: noticed + .milliseconds(1499) - meeting.now)
        #expect(meeting.endings.count < 2)
        try meeting.run(for: .milliseconds(2))
        #expect(meeting.endings == [.silent, .silent])
    }

    @Test func `a path that comes back in time goes on in the same sessions`() throws {
        var meeting = try Self.connected(patience: .seconds(4))
        meeting.line.isCut = true
        try meeting.run(for: .milliseconds(5001))
        #expect(meeting.silences.map(\.isSilent) == [true, true])
        meeting.line.isCut = false
        try meeting.run(for: .seconds(20))
        #expect(meeting.endings.isEmpty && meeting.publisher.isHeard)
        #expect(meeting.silences.map(\.isSilent) == [true, true, false, false])
        for number in 0..<50 {
            meeting.publish(number)
            try meeting.run(for: .milliseconds(5))
        }
        #expect(meeting.packets(track: 1).count == 50)
    }

    @Test func `who cannot begin anew is told, and waits as long as consent lasts`() throws {
        var meeting = try Self.connected(patience: nil)
        meeting.line.isCut = true
        try meeting.run(for: .seconds(24))
        #expect(meeting.silences.map(\.isSilent) == [true, true] && meeting.endings.isEmpty)
        try meeting.run(for: .seconds(7))
        #expect(meeting.endings == [.consentExpired, .consentExpired])
    }

    @Test func `a server with nothing to say is asked, and is not silent`() throws {
        var meeting = try Self.connected(patience: .milliseconds(1500))
        try meeting.run(for: .seconds(60))
        #expect(meeting.silences.isEmpty && meeting.endings.isEmpty)
    }
}
