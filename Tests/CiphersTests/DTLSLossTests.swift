import Testing
import Timing

@testable import Ciphers

/// The network loses, doubles, cuts and reorders. Time is the tests' own: nothing sleeps.
@Suite struct DTLSLossTests {
    @Test(arguments: 0..<4) func `a lost flight is sent again after 100 ms`(lost: Int) throws {
        var dialogue = try DTLSDialogue()
        dialogue.client.start(at: dialogue.now)
        for flight in 0..<4 {
            for attempt in 0..<(flight == lost ? 2 : 1) {
                let datagrams = flight % 2 == 0 ? dialogue.clientFlight() : dialogue.serverFlight()
                #expect(!datagrams.isEmpty, "flight \(flight), attempt \(attempt)")
                if flight == lost && attempt == 0 {
                    dialogue.wait(.milliseconds(80))
                    let isSilent =
                        dialogue.clientFlight().isEmpty && dialogue.serverFlight().isEmpty
                    #expect(isSilent, "too early")
                    // The last flight has no timer: the client repeats its own (RFC 6347 §4.2.4).
                    dialogue.wait(.milliseconds(21))
                    if flight == 3 { dialogue.deliver(toServer: dialogue.clientFlight()) }
                } else if flight % 2 == 0 {
                    dialogue.deliver(toServer: datagrams)
                } else {
                    dialogue.deliver(toClient: datagrams)
                }
            }
        }
        #expect(dialogue.client.state.keys != nil)
        #expect(dialogue.server.state == dialogue.client.state)
        #expect(dialogue.client.nextDeadline == nil)
    }

    @Test func `waits twice as long each time, and gives up for good`() throws {
        var dialogue = try DTLSDialogue()
        dialogue.client.start(at: dialogue.now)
        var waits: [Int64] = []
        while let deadline = dialogue.client.nextDeadline, waits.count < 20 {
            let wait = deadline - dialogue.now
            #expect(wait >= .milliseconds(15))
            #expect(dialogue.clientFlight().count == 1)
            waits.append((wait.nanoseconds + 99_999_999) / 100_000_000)  // to the next 100 ms
            dialogue.wait(wait)
        }
        #expect(waits == [1, 2, 4, 8, 16, 32, 40, 40, 40, 40, 40, 40, 40])
        #expect(dialogue.client.state == .failed(.timedOut))
        #expect(dialogue.client.nextDeadline == nil)
        dialogue.wait(.seconds(100))
        #expect(dialogue.clientFlight().isEmpty)
    }

    @Test func `a deadline set early is met by another, at least 15 ms later`() throws {
        var dialogue = try DTLSDialogue()
        dialogue.client.start(at: dialogue.now)
        _ = dialogue.clientFlight()
        let first = dialogue.client.nextDeadline
        let deadline = try #require(first)
        // The engine's clock runs ahead of OpenSSL's.
        dialogue.client.advance(to: deadline)
        let second = dialogue.client.nextDeadline
        let next = try #require(second)
        #expect(next >= deadline + .milliseconds(15))
        #expect(dialogue.clientFlight().isEmpty)
    }

    @Test func `flights that arrive twice do no harm`() throws {
        var dialogue = try DTLSDialogue()
        dialogue.client.start(at: dialogue.now)
        for _ in 0..<6 {
            let (up, down) = (dialogue.clientFlight(), dialogue.serverFlight())
            dialogue.deliver(toServer: up + up)
            dialogue.deliver(toClient: down + down)
        }
        #expect(dialogue.client.state.keys != nil)
        #expect(dialogue.server.state == dialogue.client.state)
    }

    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func `connects through loss, doubling and disorder`(seed: UInt64) throws {
        var random = SplitMix(state: seed)
        var dialogue = try DTLSDialogue()
        dialogue.client.start(at: dialogue.now)
        var rounds = 0
        while dialogue.client.state.keys == nil || dialogue.server.state.keys == nil {
            rounds += 1
            try #require(rounds < 400, "\(dialogue.client.state), \(dialogue.server.state)")
            let up = Self.mistreat(dialogue.clientFlight(), using: &random)
            let down = Self.mistreat(dialogue.serverFlight(), using: &random)
            dialogue.deliver(toServer: up)
            dialogue.deliver(toClient: down)
            dialogue.wait(.milliseconds(50))
        }
        #expect(dialogue.server.state == dialogue.client.state)
    }

    @Test func `garbage is passed over`() throws {
        var random = SplitMix(state: 3)
        var dialogue = try DTLSDialogue()
        dialogue.client.start(at: dialogue.now)
        for _ in 0..<6 {
            let (up, down) = (dialogue.clientFlight(), dialogue.serverFlight())
            let garbage = (0..<20).map { _ in
                random.octets(Int.random(in: 0...1500, using: &random))
            }
            dialogue.deliver(toServer: garbage + up)
            dialogue.deliver(toClient: garbage + down)
        }
        #expect(dialogue.client.state.keys != nil)
        #expect(dialogue.server.state == dialogue.client.state)
    }

    @Test func `what anybody can send leaves a connected session alone`() throws {
        var dialogue = try DTLSDialogue()
        dialogue.client.start(at: dialogue.now)
        var heard: [[UInt8]] = []
        for _ in 0..<4 {
            let (up, down) = (dialogue.clientFlight(), dialogue.serverFlight())
            heard += up + down
            dialogue.deliver(toServer: up)
            dialogue.deliver(toClient: down)
        }
        let keys = try #require(dialogue.client.state.keys)
        var forged: [[UInt8]] = []
        for (level, alert) in [(2, 40), (1, 0), (2, 80)] as [(UInt8, UInt8)] {
            for epoch in [0, 1] as [UInt8] {
                forged.append([21, 254, 253, 0, epoch, 0, 0, 0, 0, 0, 99, 0, 2, level, alert])
            }
        }
        dialogue.deliver(toServer: heard + forged)
        dialogue.deliver(toClient: heard + forged)
        dialogue.run()
        #expect(dialogue.client.state == .connected(keys))
        #expect(dialogue.server.state == .connected(keys))
    }

    @Test func `a hello cut anywhere does not spoil the whole one`() throws {
        var dialogue = try DTLSDialogue()
        dialogue.client.start(at: dialogue.now)
        let hello = dialogue.clientFlight()
        let whole = try #require(hello.first)
        for count in 0..<whole.count { dialogue.deliver(toServer: [Array(whole[0..<count])]) }
        #expect(dialogue.server.state == .handshaking)
        dialogue.deliver(toServer: hello)
        dialogue.run()
        #expect(dialogue.server.state.keys != nil)
    }

    @Test func `datagrams keep to 1200 octets, and at most 32 wait`() throws {
        var dialogue = try DTLSDialogue()
        dialogue.client.start(at: dialogue.now)
        dialogue.deliver(toServer: dialogue.clientFlight())
        for _ in 0..<12 { dialogue.wait(.seconds(4)) }
        let waiting = dialogue.serverFlight()
        #expect((2...32).contains(waiting.count))
        #expect(waiting.allSatisfy { $0.count <= 1200 })
    }

    /// A tenth lost, a tenth doubled, and the rest in any order.
    private static func mistreat(
        _ flight: [[UInt8]],
        using random: inout SplitMix
    ) -> [[UInt8]] {
        var kept: [[UInt8]] = []
        for datagram in flight {
            let fate = Int.random(in: 0..<10, using: &random)
            if fate > 0 { kept.append(datagram) }
            if fate == 9 { kept.append(datagram) }
        }
        return kept.shuffled(using: &random)
    }
}
