import Testing
import Timing

@testable import Ciphers

/// Datagrams of another handshake from the same address: discarded (RFC 6347 §4.1.2.7), as far as a
/// session can tell them from its own.
@Suite struct DTLSForeignTests {
    /// The first flight of somebody else.
    private static func hello() throws -> [[UInt8]] {
        var other = try DTLSDialogue()
        other.client.start(at: other.now)
        return other.clientFlight()
    }

    @Test func `a ClientHello changes nothing in a session that is up, on either side`() throws {
        var dialogue = try DTLSDialogue()
        dialogue.client.start(at: dialogue.now)
        dialogue.run()
        let state = dialogue.server.state
        try #require(state.keys != nil)
        let hello = try Self.hello()
        dialogue.deliver(toServer: hello)
        dialogue.deliver(toClient: hello)
        #expect(dialogue.server.state == state && dialogue.client.state == state)
        #expect(dialogue.serverFlight().isEmpty && dialogue.clientFlight().isEmpty)
        dialogue.client.close()
        dialogue.deliver(toServer: dialogue.clientFlight())
        #expect(dialogue.server.state == .closed)
    }

    @Test func `a whole foreign handshake changes nothing in a session that is up`() throws {
        var dialogue = try DTLSDialogue()
        dialogue.client.start(at: dialogue.now)
        dialogue.run()
        let state = dialogue.server.state
        var other = try DTLSDialogue()
        other.client.start(at: other.now)
        for _ in 0..<3 {
            let (up, down) = (other.clientFlight(), other.serverFlight())
            for flight in [up, down] {
                dialogue.deliver(toServer: flight)
                dialogue.deliver(toClient: flight)
            }
            other.deliver(toServer: up)
            other.deliver(toClient: down)
        }
        #expect(other.server.state.keys != nil)
        #expect(dialogue.server.state == state && dialogue.client.state == state)
    }

    @Test func `a second ClientHello does not disturb a server that has answered the first`() throws
    {
        var dialogue = try DTLSDialogue()
        dialogue.client.start(at: dialogue.now)
        dialogue.deliver(toServer: dialogue.clientFlight())
        dialogue.deliver(toServer: try Self.hello())
        dialogue.run()
        #expect(dialogue.server.state.keys != nil)
        #expect(dialogue.server.state == dialogue.client.state)
    }

    @Test func `a ClientHello ends the handshake of a client that has had no answer`() throws {
        // What it is then is known no more: who shares an address must not hear of it.
        var dialogue = try DTLSDialogue()
        dialogue.client.start(at: dialogue.now)
        dialogue.deliver(toClient: try Self.hello())
        #expect(dialogue.client.state == .failed(.protocolViolation))
    }
}
