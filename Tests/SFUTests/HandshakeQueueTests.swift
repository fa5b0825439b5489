import Testing

@testable import SFU
@testable import Wire

/// Whose handshake goes on next.
@Suite struct HandshakeQueueTests {
    private static func peer(_ number: Int) -> TransportHandle {
        TransportHandle(index: number, generation: 1)
    }

    private static func append(
        _ octet: UInt8, of number: Int, to queue: inout HandshakeQueue
    ) -> Bool {
        let bytes = [octet]
        return queue.append(bytes.span.bytes, for: peer(number))
    }

    private static func drain(_ queue: inout HandshakeQueue) -> [Int] {
        var order: [Int] = []
        while let next = queue.popFirst() { order.append(next.transport.index) }
        return order
    }

    @Test func `who floods holds up nobody but itself`() {
        var queue = HandshakeQueue()
        let taken = (0..<2000).filter { _ in Self.append(1, of: 7, to: &queue) }
        #expect(taken.count == HandshakeQueue.share)
        for joiner in 0..<3 { #expect(Self.append(2, of: joiner, to: &queue)) }
        #expect(Array(Self.drain(&queue).prefix(5)) == [7, 0, 1, 2, 7])
        #expect(queue.isEmpty && queue.count == 0)
    }

    @Test func `one transport's datagrams stay in order`() {
        var queue = HandshakeQueue()
        for octet in UInt8(0)..<4 {
            for number in 0..<2 { #expect(Self.append(octet, of: number, to: &queue)) }
        }
        var octets: [[UInt8]] = [[], []]
        while let next = queue.popFirst() { octets[next.transport.index] += next.bytes }
        #expect(octets == [[0, 1, 2, 3], [0, 1, 2, 3]])
    }

    @Test func `in a full queue the longest line makes room, by its newest`() {
        var queue = HandshakeQueue()
        let flooders = HandshakeQueue.limit / HandshakeQueue.share
        for number in 0..<flooders {
            for octet in 0..<UInt8(HandshakeQueue.share) {
                #expect(Self.append(octet, of: number, to: &queue))
            }
        }
        let isAlone = Self.append(99, of: flooders, to: &queue)
        #expect(!isAlone && queue.count == HandshakeQueue.limit, "one was lost for it")
        let order = Self.drain(&queue)
        #expect(order.firstIndex(of: flooders) == flooders, "its turn comes after one of each")
        #expect(order.count { $0 == 0 } == HandshakeQueue.share - 1)
    }

    @Test func `who is gone leaves nothing behind`() {
        var queue = HandshakeQueue()
        for number in [0, 1, 0] { #expect(Self.append(5, of: number, to: &queue)) }
        queue.remove(Self.peer(0))
        #expect(queue.count == 1)
        #expect(Self.drain(&queue) == [1])
    }
}
