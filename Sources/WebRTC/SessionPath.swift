import Ciphers
import RTP
import Timing
import Wire

/// What the two sessions of a client share: the connection, what waits to be sent over it, and the
/// news of how it stands.
struct SessionPath: ~Copyable {
    /// A change of how the connection stands.
    enum News {
        case connected
        case silent(Bool)
        case closed(PeerConnection.CloseReason)
    }

    private var connection: ClientConnection
    private var outbox: [(bytes: [UInt8], destination: Endpoint)] = []
    private var position = 0
    private var isAnnounced = false
    private var isSilenceTold = false
    private var isOver = false
    private let scratch: UnsafeMutableRawPointer  // one decrypted packet

    /// The path over a connection not yet used.
    init(_ connection: consuming ClientConnection) {
        self.connection = connection
        scratch = .allocate(byteCount: Self.packetLimit, alignment: 64)
    }

    deinit { scratch.deallocate() }

    var isConnected: Bool { connection.state == .connected }
    var isSilent: Bool { connection.isSilent }
    var nextDeadline: Instant? { connection.nextDeadline }

    /// The next change, each once, in order.
    mutating func nextNews() -> News? {
        switch connection.state {
        case .connecting: return nil
        case .connected:
            guard isAnnounced else {
                isAnnounced = true
                return .connected
            }
            guard isSilenceTold != connection.isSilent else { return nil }
            isSilenceTold = connection.isSilent
            return .silent(isSilenceTold)
        case .closed(let reason):
            guard !isOver else { return nil }
            isOver = true
            return .closed(reason)
        }
    }

    /// The longest packet that is opened.
    static let packetLimit = 2048
}

// MARK: Bytes and time

extension SessionPath {
    /// Takes in a STUN message or a DTLS datagram.
    mutating func receiveControl(_ bytes: RawSpan, from source: Endpoint, at now: Instant) {
        connection.receiveControl(bytes, from: source, at: now)
        flush()
    }

    /// Decrypts an RTP packet, to be read before the next one comes; `nil` when it is not the server's.
    mutating func openRTP(_ bytes: RawSpan, at now: Instant) -> UnsafeRawBufferPointer? {
        guard bytes.byteCount <= Self.packetLimit else { return nil }
        return opened(connection.openRTP(bytes, into: scratch, at: now))
    }

    /// Decrypts an RTCP packet, to be read before the next one comes; `nil` when it is not the server's.
    mutating func openRTCP(_ bytes: RawSpan, at now: Instant) -> UnsafeRawBufferPointer? {
        guard bytes.byteCount <= Self.packetLimit else { return nil }
        return opened(connection.openRTCP(bytes, into: scratch, at: now))
    }

    private mutating func opened(_ result: Opened?) -> UnsafeRawBufferPointer? {
        guard case .opened(let count, _)? = result else { return nil }
        return UnsafeRawBufferPointer(start: scratch, count: count)
    }

    mutating func advance(to now: Instant) {
        connection.advance(to: now)
        flush()
    }

    mutating func close() {
        connection.close()
        flush()
    }

    /// Queues one packet of media; `false` when that cannot be, or too much waits.
    mutating func sendRTP(_ packet: OutgoingRTP) -> Bool {
        guard let remote = connection.remote, outbox.count - position < Self.outboxLimit,
            let sealed = connection.sealRTP(
                packet.header, payload: packet.payload, ssrc: packet.ssrc, index: packet.index)
        else { return false }
        outbox.append((sealed, remote))
        return true
    }

    /// Queues a compound packet, if the keys are known and not too much waits.
    mutating func sendRTCP(_ compound: ByteWriter) {
        guard let remote = connection.remote, outbox.count - position < Self.outboxLimit,
            let sealed = connection.sealRTCP(compound.bytes)
        else { return }
        outbox.append((sealed, remote))
    }

    /// Writes the next datagram; `nil` when none waits or the arena is full.
    mutating func nextTransmit(into arena: inout SendArena) -> Transmit? {
        guard position < outbox.count else {
            outbox.removeAll(keepingCapacity: true)
            position = 0
            return nil
        }
        let (bytes, destination) = outbox[position]
        guard let transmit = arena.append(bytes, to: destination) else { return nil }
        position += 1
        if position == Self.outboxLimit {  // it may be long until nothing waits
            outbox.removeFirst(position)
            position = 0
        }
        return transmit
    }

    /// Datagrams held: those that wait, and some that have been sent.
    var heldCount: Int { outbox.count }

    private mutating func flush() {
        while let datagram = connection.nextDatagram() { outbox.append(datagram) }
    }

    static let outboxLimit = 1024  // packets of one turn: a large key frame at once
}
