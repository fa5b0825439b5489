import Wire

/// Datagrams to one destination as they are written, kept to what one segmented send may be:
/// equal lengths, only the last shorter, no more than the kernel takes at once.
struct SegmentedRun {
    private(set) var segmentLength = 0
    private(set) var byteCount = 0
    private(set) var count = 0
    private(set) var payloadByteCount = 0
    private var isClosed = false

    var isEmpty: Bool { count == 0 }

    /// Whether a datagram of this length may still join.
    func admits(_ length: Int) -> Bool {
        if count == 0 { return true }
        return !isClosed && length <= segmentLength && count < Self.segmentLimit
            && byteCount &+ length <= Self.byteLimit
    }

    mutating func append(_ length: Int, payload: Int) {
        if count == 0 { segmentLength = length }
        isClosed = length < segmentLength
        byteCount &+= length
        payloadByteCount &+= payload
        count &+= 1
    }

    /// The run as the driver is told of it; it ends at the arena's tail.
    func transmit(to destination: Endpoint, in arena: borrowing SendArena) -> Transmit {
        Transmit(
            destination: destination, offset: arena.count &- byteCount, byteCount: byteCount,
            segmentLength: segmentLength)
    }

    private static let segmentLimit = 64  // UDP_MAX_SEGMENTS of older kernels
    private static let byteLimit = 65_000  // an IPv4 datagram's length, less its headers
}
