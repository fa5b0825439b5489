/// DTLS datagrams waiting for their turn: a step costs about a millisecond, media does not wait for
/// more than one.
///
/// Transports take turns, one datagram each: who floods waits behind itself, and nobody else does.
struct HandshakeQueue {
    private var lines: [TransportHandle: [[UInt8]]] = [:]  // none is empty
    private var turns: [TransportHandle] = []  // those with a line, the next first
    private(set) var count = 0

    var isEmpty: Bool { turns.isEmpty }

    /// Queues a copy of `bytes`; `false` when a datagram was lost: this one beyond its transport's
    /// share, or in a full queue the newest of the longest line.
    mutating func append(_ bytes: RawSpan, for transport: TransportHandle) -> Bool {
        let own = lines[transport]?.count ?? 0
        guard own < Self.share else { return false }
        let hasRoom = count < Self.limit
        guard hasRoom || makeRoom(behind: own + 1) else { return false }
        if own == 0 { turns.append(transport) }
        lines[transport, default: []].append(bytes.withUnsafeBytes { Array($0) })
        count += 1
        return hasRoom
    }

    /// Takes the newest datagram from the longest line, if that is longer than `length`. O(lines).
    private mutating func makeRoom(behind length: Int) -> Bool {
        var longest: (transport: TransportHandle, count: Int)?
        for transport in turns {
            let count = lines[transport]?.count ?? 0
            if count > longest?.count ?? length { longest = (transport, count) }
        }
        guard let longest else { return false }
        lines[longest.transport]?.removeLast()
        count -= 1
        return true
    }

    /// The next transport's oldest datagram; its others wait until all have had their turn.
    mutating func popFirst() -> (transport: TransportHandle, bytes: [UInt8])? {
        guard !turns.isEmpty else { return nil }
        let transport = turns.removeFirst()
        guard var line = lines.removeValue(forKey: transport) else { return nil }
        let bytes = line.removeFirst()
        count -= 1
        if !line.isEmpty {
            lines[transport] = line
            turns.append(transport)
        }
        return (transport, bytes)
    }

    /// Forgets what a transport that is gone has sent.
    mutating func remove(_ transport: TransportHandle) {
        guard let line = lines.removeValue(forKey: transport) else { return }
        count -= line.count
        turns.removeAll { $0 == transport }
    }

    static let limit = 1024  // a second of work; beyond, the peers' retransmission helps
    static let share = 16  // three times the longest flight, as OpenSSL cuts it
}
