import Testing
import Timing
import Wire

@testable import Reactor

/// An engine that says a line over its stream, and tells what comes back.
private struct Caller: StreamEngine, ~Copyable {
    enum Event: Sendable, Equatable {
        case opened
        case read([UInt8])
        case closed(String?)
    }

    private(set) var wantedConnection: StreamTarget?
    private var events: [Event] = []
    private var output: [UInt8]?

    init(_ target: StreamTarget) { wantedConnection = target }

    mutating func receive(_ bytes: RawSpan, from source: Endpoint, at now: Instant) {}
    mutating func advance(to now: Instant) {}
    var nextDeadline: Instant? { nil }
    mutating func nextTransmit(into arena: inout SendArena) -> Transmit? { nil }
    mutating func nextEvent() -> Event? { events.isEmpty ? nil : events.removeFirst() }

    mutating func streamOpened(at now: Instant) {
        events.append(.opened)
        output = Array("hello\n".utf8)
    }

    mutating func receiveStream(_ bytes: RawSpan, at now: Instant) {
        events.append(.read(bytes.withUnsafeBytes { Array($0) }))
    }

    mutating func streamClosed(_ reason: String?, at now: Instant) {
        events.append(.closed(reason))
    }

    mutating func nextStreamOutput() -> [UInt8]? {
        defer { output = nil }
        return output
    }
}

/// The stream connection of a loop, against a listening socket of the test's own.
@Suite struct StreamLoopTests {
    private func events(_ target: StreamTarget, until count: Int) async throws -> [Caller.Event] {
        let (stream, continuation) = AsyncStream.makeStream(of: Caller.Event.self)
        let loop = try startStreamLoop(
            name: "test",
            configuration: LoopConfiguration(listen: Endpoint(ipv4: 0x7F00_0001, port: 0)),
            makeEngine: { Caller(target) }, onEvent: { continuation.yield($0) })
        var events: [Caller.Event] = []
        for await event in stream {
            events.append(event)
            if events.count == count { break }
        }
        await loop.stop()
        return events
    }

    @Test func `opens what the engine wants, carries both ways, and tells of the end`() async throws
    {
        let listener = try Listener()
        let server = try listener.answerOnce("world\n")
        let seen = try await events(
            StreamTarget(host: "127.0.0.1", port: listener.port), until: 3)
        #expect(try server.heard() == "hello\n")
        #expect(seen == [.opened, .read(Array("world\n".utf8)), .closed(nil)])
    }

    @Test func `names why there is no connection`() async throws {
        let port = try Listener().port  // nobody listens there any more
        let refused = try await events(StreamTarget(host: "127.0.0.1", port: port), until: 1)
        #expect(refused == [.closed("connection refused")])
        let unknown = try await events(StreamTarget(host: "no.such.invalid", port: 1), until: 1)
        #expect(unknown == [.closed("no address is known for no.such.invalid")])
    }

    @Test func `a server that speaks no TLS is told from one that does`() async throws {
        let listener = try Listener()
        let server = try listener.answerOnce("RTSP/1.0 400 Bad Request\r\n\r\n")
        let seen = try await events(
            StreamTarget(host: "127.0.0.1", port: listener.port, security: .anyTLS), until: 1)
        _ = try server.heard()
        guard case .closed(let reason?) = try #require(seen.first) else {
            Issue.record("\(seen)")
            return
        }
        #expect(reason.hasPrefix("TLS: "))
    }
}
