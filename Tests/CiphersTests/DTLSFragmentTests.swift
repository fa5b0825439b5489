import Testing

@testable import Ciphers

/// Chromium 156 sends its ClientHello (1413 octets, a post-quantum key share) in two datagrams.
@Suite struct DTLSFragmentTests {
    @Test(arguments: [[0, 1], [1, 0], [0, 0, 1, 1], [1, 0, 1]])
    func `a ClientHello in two fragments is put together`(order: [Int]) throws {
        var dialogue = try DTLSDialogue()
        dialogue.client.start(at: dialogue.now)
        let hello = try #require(dialogue.clientFlight().first)
        let fragments = Self.fragments(of: hello, counts: [90, hello.count - 25 - 90])
        dialogue.deliver(toServer: order.map { fragments[$0] })
        #expect(dialogue.server.state == .handshaking)
        dialogue.run()
        #expect(dialogue.server.state.keys != nil)
        #expect(dialogue.server.state == dialogue.client.state)
    }

    @Test func `a ClientHello in fragments of ten octets is put together`() throws {
        var dialogue = try DTLSDialogue()
        dialogue.client.start(at: dialogue.now)
        let hello = try #require(dialogue.clientFlight().first)
        let length = hello.count - 25
        let counts = Array(repeating: 10, count: length / 10) + [length % 10]
        dialogue.deliver(toServer: Self.fragments(of: hello, counts: counts))
        dialogue.run()
        #expect(dialogue.server.state.keys != nil)
    }

    @Test func `half a ClientHello gets no answer`() throws {
        var dialogue = try DTLSDialogue()
        dialogue.client.start(at: dialogue.now)
        let hello = try #require(dialogue.clientFlight().first)
        let fragments = Self.fragments(of: hello, counts: [60, hello.count - 25 - 60])
        dialogue.deliver(toServer: [fragments[0]])
        #expect(dialogue.serverFlight().isEmpty)
        #expect(dialogue.server.state == .handshaking)
    }

    /// Cuts the one message of a record (13 octets of header, then 12) into records of its own
    /// (RFC 6347 §4.1, §4.2.3).
    private static func fragments(of datagram: [UInt8], counts: [Int]) -> [[UInt8]] {
        let body = datagram[25...]
        var start = 0
        return counts.enumerated().map { number, count in
            defer { start += count }
            var record = Array(datagram[0..<9])
            // The record's own number: not one that the client will still use, nor 64 ahead of it.
            record += [0, UInt8(20 + number)]
            record += [UInt8((count + 12) >> 8), UInt8((count + 12) & 0xFF)]
            record += datagram[13..<19]  // type, length of the whole, message number
            record += [0, UInt8(start >> 8), UInt8(start & 0xFF)]
            record += [0, UInt8(count >> 8), UInt8(count & 0xFF)]
            return record + body[(25 + start)..<(25 + start + count)]
        }
    }
}
