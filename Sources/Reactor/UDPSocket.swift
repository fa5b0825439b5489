import CSystem
public import Timing
public import Wire

/// One bound UDP socket that never blocks, with buffers for batches allocated once.
///
/// Datagrams come in by `receiveBatch`, one `recvmmsg` each. They go out by `enqueue` and `flush`,
/// one `sendmmsg` for many runs, each run to one destination cut into datagrams by the kernel.
public struct UDPSocket: ~Copyable {
    /// Where the socket is bound, the port the kernel chose included.
    public let localEndpoint: Endpoint
    /// What the kernel gave of the receive buffer asked for; its sysctl `rmem_max` limits it.
    public let receiveBufferByteCount: Int
    /// What has come and gone.
    public internal(set) var statistics = UDPStatistics()

    let descriptor: Int32
    let sender: OpaquePointer
    private let receiver: OpaquePointer
    var staged: [Transmit] = []  // beside the sender's headers, to count by
    var settledCount = 0  // of those staged, sent or dropped already
    var apart: Transmit?  // what is left of the first that is not settled, when it goes one by one
    var refusals = SegmentationRefusals()
    var segmentation: Bool

    /// Binds to `endpoint`; `::` serves IPv4 as well, port 0 lets the kernel choose.
    ///
    /// - Parameters:
    ///   - endpoint: Where to receive.
    ///   - answersFromAskedAddress: Whether sources say which address of ours they wrote to
    ///     (`Endpoint.via`), where `endpoint` means all of them; what is sent to them leaves from there.
    ///   - sendBufferByteCount: The send buffer to ask the kernel for.
    ///   - receiveBufferByteCount: The receive buffer to ask for: 4 MB are 40 ms of 800 Mb/s, a turn and a
    ///     scheduler's slip.
    public static func bind(
        to endpoint: Endpoint, answersFromAskedAddress: Bool = false,
        sendBufferByteCount: Int = 4 << 20, receiveBufferByteCount: Int = 4 << 20
    ) throws(SystemError) -> UDPSocket {
        let isIPv6 = endpoint.ipv4 == nil
        let descriptor = try SystemError.check(system_udp_open(isIPv6), "socket")
        do {
            try SystemError.check(
                system_bind(descriptor, endpoint.systemAddress), "bind", endpoint.description)
            return try UDPSocket(
                bound: descriptor, isIPv6: isIPv6,
                notesLocal: answersFromAskedAddress && endpoint.isUnspecified,
                buffers: (
                    receive: Int32(clamping: receiveBufferByteCount),
                    send: Int32(clamping: sendBufferByteCount)
                ))
        } catch {
            system_close(descriptor)
            throw error
        }
    }

    /// Takes over `descriptor`, unless this throws.
    private init(
        bound descriptor: Int32, isIPv6: Bool, notesLocal: Bool,
        buffers: (receive: Int32, send: Int32)
    ) throws(SystemError) {
        var address = system_address()
        try SystemError.check(system_local_address(descriptor, &address), "getsockname")
        let given = system_set_receive_buffer(descriptor, buffers.receive)
        let receiveBytes = try SystemError.check(given, "getsockopt")
        try SystemError.check(system_set_send_buffer(descriptor, buffers.send), "getsockopt")
        guard let receiver = system_receiver_create(UInt32(batchSize), datagramByteCount) else {
            throw SystemError(call: "calloc", code: outOfMemory)
        }
        guard let sender = system_sender_create(UInt32(Self.stagedLimit), isIPv6) else {
            system_receiver_destroy(receiver)
            throw SystemError(call: "calloc", code: outOfMemory)
        }
        let code = notesLocal ? system_answer_from_local(receiver, sender, descriptor) : 0
        guard code == 0 else {
            system_receiver_destroy(receiver)
            system_sender_destroy(sender)
            throw SystemError(call: "setsockopt", code: -code)
        }
        localEndpoint = Endpoint(address)
        receiveBufferByteCount = Int(receiveBytes)
        (self.descriptor, self.receiver, self.sender) = (descriptor, receiver, sender)
        segmentation = Self.supportsSegmentation
        staged.reserveCapacity(Self.stagedLimit)
    }

    deinit {
        system_close(descriptor)
        system_receiver_destroy(receiver)
        system_sender_destroy(sender)
    }

    /// Hands up what has come, at most 64 datagrams, and says how many the kernel had: fewer than
    /// `batchLimit` means it has no more. Truncated ones are skipped and counted.
    public mutating func receiveBatch(
        _ body: (RawSpan, Endpoint) -> Void
    ) throws(SystemError) -> Int {
        statistics.receiveCalls += 1
        let count = system_receive(receiver, descriptor)
        if count < 0 { statistics.receiveErrors += 1 }
        try SystemError.check(count, "recvmmsg")
        for index in 0..<count {
            let datagram = system_receiver_datagram(receiver, index)
            guard !datagram.truncated, let start = datagram.bytes else {
                statistics.truncatedPackets += 1
                continue
            }
            statistics.receivedPackets += 1
            statistics.receivedBytes += datagram.byte_count
            let bytes = RawSpan(_unsafeStart: start, byteCount: datagram.byte_count)
            body(bytes, Endpoint(datagram.source))
        }
        return Int(count)
    }

    /// Brings `statistics.receiveDrops` up to date: a call of the kernel's, for who reports.
    public mutating func countReceiveDrops() {
        let count = system_receive_drops(descriptor)
        guard count >= 0 else { return }
        // The kernel's counter goes round.
        let known = UInt32(truncatingIfNeeded: statistics.receiveDrops)
        statistics.receiveDrops += Int(UInt32(truncatingIfNeeded: count) &- known)
    }

    /// Blocks until a datagram is there, for tools, never on a loop's thread; `false` when `limit`,
    /// in whole milliseconds, has passed first.
    public func waitUntilReadable(atMost limit: Interval) throws(SystemError) -> Bool {
        let milliseconds = Int32(clamping: limit.nanoseconds / 1_000_000)
        return try SystemError.check(system_wait_readable(descriptor, milliseconds), "poll") > 0
    }

    /// Sets a socket option by its numbers; `false` when the kernel refuses.
    @discardableResult
    func setOption(level: Int32, name: Int32, value: Int32) -> Bool {
        system_set_option(descriptor, level, name, value) == 0
    }

    /// The most datagrams one `receiveBatch` hands up.
    public static let batchLimit = batchSize
    /// Whether this machine cuts runs into datagrams: tried once, on loopback (UDP_SEGMENT).
    public static let supportsSegmentation = system_probe_segmentation()
    /// How many runs wait for one `sendmmsg`.
    static let stagedLimit = 256
}

private let batchSize = 64
private let datagramByteCount = 2048  // every path's datagram and room to spare; longer: skipped
private let outOfMemory: Int32 = 12  // ENOMEM
