import Testing

@testable import Ciphers

/// What is left of a session when its handshake's memory is given back.
@Suite struct DTLSFarewellTests {
    private func connected() throws -> DTLSDialogue {
        var dialogue = try DTLSDialogue()
        dialogue.client.start(at: dialogue.now)
        dialogue.run()
        return dialogue
    }

    @Test func `hears the peer's goodbye, from either side, and no forgery of it`() throws {
        for isServer in [true, false] {
            var dialogue = try connected()
            let kept = isServer ? dialogue.server.farewell() : dialogue.client.farewell()
            guard let farewell = kept else {
                Issue.record("nothing was kept of a connected session")
                return
            }
            if isServer { dialogue.client.close() } else { dialogue.server.close() }
            let flight = isServer ? dialogue.clientFlight() : dialogue.serverFlight()
            let goodbye = try #require(flight.first)
            let isHeard = farewell.isClose(goodbye.span.bytes)
            #expect(isHeard)
            for index in goodbye.indices {
                var forged = goodbye
                forged[index] ^= 0x10
                let isTaken = farewell.isClose(forged.span.bytes)
                #expect(!isTaken, "octet \(index)")
                let cut = Array(goodbye.prefix(index))
                let isCutTaken = farewell.isClose(cut.span.bytes)
                #expect(!isCutTaken, "cut at \(index)")
            }
            let behindAnother = [22, 254, 253, 0, 0, 0, 0, 0, 0, 0, 9, 0, 1, 7] + goodbye
            let isFound = farewell.isClose(behindAnother.span.bytes)
            #expect(isFound)
        }
    }

    @Test func `its own goodbye ends the peer's session, from either side`() throws {
        for isServer in [true, false] {
            var dialogue = try connected()
            let kept = isServer ? dialogue.server.farewell() : dialogue.client.farewell()
            guard let farewell = kept else {
                Issue.record("nothing was kept of a connected session")
                return
            }
            let goodbye = farewell.closeNotify()
            #expect(goodbye.count == 39)
            if isServer {
                dialogue.deliver(toClient: [goodbye])
                #expect(dialogue.client.state == .closed)
            } else {
                dialogue.deliver(toServer: [goodbye])
                #expect(dialogue.server.state == .closed)
            }
        }
    }

    @Test func `before the end of the handshake there is none`() throws {
        var dialogue = try DTLSDialogue()
        dialogue.client.start(at: dialogue.now)
        let isKept =
            switch dialogue.server.farewell() {
            case .some: true
            case nil: false
            }
        #expect(!isKept)
    }
}
