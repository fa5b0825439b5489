import Testing
import Timing
import Wire

@testable import Reactor

/// A connection to a name of several addresses, of which the first say nothing.
@Suite(.timeLimit(.minutes(1))) struct StreamConnectionTests {
    private static let start = Instant(nanoseconds: 0)

    /// What a connection needs around it, and the connection.
    private final class Place {
        let socket: UDPSocket
        let mailbox: Mailbox<Int>
        let poller: Poller
        let connection: StreamConnection

        init() throws {
            let socket = try UDPSocket.bind(to: loopback)
            let mailbox = try Mailbox<Int>(capacity: 1)
            let poller = try Poller.open(socket: socket.descriptor, mailbox: mailbox.descriptor)
            connection = try StreamConnection(
                to: StreamTarget(host: "127.0.0.1", port: 0), poller: poller,
                at: StreamConnectionTests.start)
            self.socket = socket
            self.mailbox = mailbox
            self.poller = poller
        }

        func proceed(at time: Interval) -> StreamConnection.Progress {
            connection.proceed(at: StreamConnectionTests.start + time) { _ in }
        }

        /// Waits until the kernel has something to say of the connection, and goes on at `time`.
        func wait(at time: Interval) throws -> StreamConnection.Progress {
            while !(try poller.wait(until: nil, forRoom: false).contains(.stream)) {}
            return proceed(at: time)
        }
    }

    private static func isOpened(_ progress: StreamConnection.Progress) -> Bool {
        if case .opened = progress { true } else { false }
    }

    private static func isWaiting(_ progress: StreamConnection.Progress) -> Bool {
        if case .none = progress { true } else { false }
    }

    @Test func `an address that is silent for two seconds gives way to the next`() throws {
        let silent = try Listener(isSilent: true)
        let listener = try Listener()
        let place = try Place()
        let addresses = [silent.endpoint, listener.endpoint]
        #expect(Self.isWaiting(place.connection.connect(to: addresses, at: Self.start)))
        #expect(place.connection.deadline == Self.start + .seconds(2))
        #expect(Self.isWaiting(place.proceed(at: .milliseconds(1999))))
        #expect(place.connection.deadline == Self.start + .seconds(2))
        #expect(Self.isWaiting(place.proceed(at: .seconds(2))))
        #expect(place.connection.deadline == Self.start + .seconds(10), "the last has what is left")
        #expect(Self.isOpened(try place.wait(at: .seconds(3))))
        #expect(place.connection.deadline == nil)
    }

    @Test func `an address that refuses gives way at once`() throws {
        let gone = try Listener().endpoint
        let listener = try Listener()
        let place = try Place()
        var progress = place.connection.connect(to: [gone, listener.endpoint], at: Self.start)
        while Self.isWaiting(progress) { progress = try place.wait(at: .zero) }
        #expect(Self.isOpened(progress))
    }

    @Test func `eight silent addresses all have their turn within the ten seconds`() throws {
        let silent = try Listener(isSilent: true)
        let place = try Place()
        let addresses = Array(repeating: silent.endpoint, count: 8)
        _ = place.connection.connect(to: addresses, at: Self.start)
        var turns: [Instant] = []
        while let deadline = place.connection.deadline, turns.count < 9 {
            turns.append(deadline)
            guard Self.isWaiting(place.proceed(at: deadline - Self.start)) else { break }
        }
        let shares: ClosedRange<Int64> = 1...8
        #expect(turns == shares.map { Self.start + .milliseconds(1250) * $0 })
    }

    @Test func `when the last address is silent too, the connection says so`() throws {
        let silent = try Listener(isSilent: true)
        let place = try Place()
        _ = place.connection.connect(to: [silent.endpoint, silent.endpoint], at: Self.start)
        #expect(Self.isWaiting(place.proceed(at: .seconds(2))))
        guard case .closed("no answer") = place.proceed(at: .seconds(10)) else {
            Issue.record("it still waits")
            return
        }
    }
}
