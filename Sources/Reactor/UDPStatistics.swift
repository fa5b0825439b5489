/// Why a datagram was not sent. A media server never blocks: what the kernel refuses is dropped, or
/// waits for room for a moment.
public enum SendDropReason: Int, CaseIterable, Sendable {
    /// The socket's send buffer was full (EAGAIN), and stayed so.
    case socketBufferFull
    /// The device's queue is full (ENOBUFS, ENOMEM).
    case deviceQueueFull
    /// No route, or a family this socket cannot speak.
    case unreachable
    /// Longer than the path carries (EMSGSIZE), or a run that says its segments have no length.
    case tooLarge
    /// A firewall's refusal, or anything else.
    case refused
}

/// What one socket has done since it was bound: plain numbers, summed by whoever reports them.
public struct UDPStatistics: Hashable, Sendable {
    /// Datagrams handed up.
    public internal(set) var receivedPackets = 0
    /// Octets handed up.
    public internal(set) var receivedBytes = 0
    /// Calls of `recvmmsg`.
    public internal(set) var receiveCalls = 0
    /// Datagrams longer than a receive buffer, skipped.
    public internal(set) var truncatedPackets = 0
    /// Datagrams the kernel dropped before they could be read, as of `UDPSocket.countReceiveDrops`: the
    /// receive buffer was full, or a checksum wrong.
    public internal(set) var receiveDrops = 0
    /// Times `recvmmsg` answered with an error, an ICMP message's mostly.
    public internal(set) var receiveErrors = 0

    /// Datagrams the kernel took.
    public internal(set) var sentPackets = 0
    /// Octets the kernel took.
    public internal(set) var sentBytes = 0
    /// Calls of `sendmmsg` and, for runs sent one by one, `sendto`.
    public internal(set) var sendCalls = 0
    /// Runs of several datagrams that the kernel cut (UDP_SEGMENT).
    public internal(set) var segmentedRuns = 0
    /// Runs whose segmentation was refused, sent one by one instead.
    public internal(set) var refusedRuns = 0
    /// Runs sent one by one without asking: to their destination such a run was refused before.
    public internal(set) var apartRuns = 0
    /// Times the send buffer was full and had to be waited for.
    public internal(set) var fullBuffers = 0
    private var socketBufferFull = 0
    private var deviceQueueFull = 0
    private var unreachable = 0
    private var tooLarge = 0
    private var refused = 0

    /// Datagrams dropped for `reason`.
    public internal(set) subscript(reason: SendDropReason) -> Int {
        get {
            switch reason {
            case .socketBufferFull: socketBufferFull
            case .deviceQueueFull: deviceQueueFull
            case .unreachable: unreachable
            case .tooLarge: tooLarge
            case .refused: refused
            }
        }
        set {
            switch reason {
            case .socketBufferFull: socketBufferFull = newValue
            case .deviceQueueFull: deviceQueueFull = newValue
            case .unreachable: unreachable = newValue
            case .tooLarge: tooLarge = newValue
            case .refused: refused = newValue
            }
        }
    }

    /// Datagrams dropped in all.
    public var droppedPackets: Int { SendDropReason.allCases.reduce(0) { $0 + self[$1] } }
}
