/// Whole RTP packets one behind the other, in memory that is kept: what a packetizer makes of one
/// frame.
///
/// Packets of equal length lie back to back, as a segmented send wants them. The header is the fixed
/// one without extension: a sender that adds extensions writes its own from `header(at:)` and takes
/// `payload(at:)`.
public struct PacketBatch: Sendable {
    private var bytes: [UInt8] = []
    private var ends: [Int] = []

    /// No packets.
    public init() {}

    /// How many packets there are.
    public var count: Int { ends.count }

    /// Octets of all packets.
    public var byteCount: Int { bytes.count }

    /// Where packet `index` lies among the octets of all.
    public func range(at index: Int) -> Range<Int> {
        (index == 0 ? 0 : ends[index - 1])..<ends[index]
    }

    /// Packet `index`, lent out.
    @_lifetime(borrow self)
    public func packet(at index: Int) -> RawSpan {
        bytes.span.bytes.extracting(range(at: index))
    }

    /// The payload of packet `index`, lent out.
    @_lifetime(borrow self)
    public func payload(at index: Int) -> RawSpan {
        let range = range(at: index)
        return bytes.span.bytes.extracting(
            range.lowerBound + RTPHeader.byteCount..<range.upperBound)
    }

    /// All packets, back to back, lent out.
    public var span: RawSpan {
        @_lifetime(borrow self) get { bytes.span.bytes }
    }

    /// Forgets the packets and keeps the memory.
    public mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
        ends.removeAll(keepingCapacity: true)
    }

    // MARK: - Writing

    /// Begins a packet; what is appended is its payload.
    mutating func begin(_ header: RTPHeader) {
        let start = bytes.count
        bytes.append(contentsOf: repeatElement(0, count: RTPHeader.byteCount))
        bytes.withUnsafeMutableBytes { buffer in
            guard let base = buffer.baseAddress else { return }
            header.write(to: base + start)
        }
        ends.append(bytes.count)
    }

    mutating func append(_ span: RawSpan) {
        span.withUnsafeBytes { bytes.append(contentsOf: $0) }
        extend()
    }

    mutating func append(_ octet: UInt8) {
        bytes.append(octet)
        extend()
    }

    mutating func append(_ value: UInt16) {
        bytes.append(UInt8(truncatingIfNeeded: value >> 8))
        bytes.append(UInt8(truncatingIfNeeded: value))
        extend()
    }

    /// Octets of the last packet's payload.
    var lastPayloadByteCount: Int {
        count == 0 ? 0 : range(at: count - 1).count - RTPHeader.byteCount
    }

    /// The first octets of the last packet's payload, one or two, which it has.
    func lastHeader(byteCount: Int) -> UInt16 {
        let start = range(at: count - 1).lowerBound + RTPHeader.byteCount
        return byteCount == 1
            ? UInt16(bytes[start]) : UInt16(bytes[start]) << 8 | UInt16(bytes[start + 1])
    }

    /// Writes the low octets of `value`, one or two, over those at `offset` in the last packet's payload.
    mutating func setLast(_ value: UInt16, byteCount: Int, at offset: Int) {
        let start = range(at: count - 1).lowerBound + RTPHeader.byteCount + offset
        if byteCount == 2 { bytes[start] = UInt8(truncatingIfNeeded: value >> 8) }
        bytes[start + byteCount - 1] = UInt8(truncatingIfNeeded: value)
    }

    /// Makes room before the last packet's payload.
    mutating func insertIntoLast(byteCount: Int) {
        bytes.insert(
            contentsOf: repeatElement(0, count: byteCount),
            at: range(at: count - 1).lowerBound + RTPHeader.byteCount)
        extend()
    }

    mutating func markLast() {
        guard count > 0 else { return }
        bytes[range(at: count - 1).lowerBound + 1] |= 0x80
    }

    private mutating func extend() { ends[ends.count - 1] = bytes.count }
}
