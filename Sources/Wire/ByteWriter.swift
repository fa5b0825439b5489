/// Builds a message of big-endian fields: handshakes, control packets, anything off the packet path.
///
/// It grows as an array does. Packets on their way out are written straight into a `SendArena`.
public struct ByteWriter: Hashable, Sendable {
    /// What has been written so far.
    public private(set) var bytes: [UInt8] = []

    /// An empty message.
    ///
    /// - Parameter capacity: Octets to reserve, to spare the growth of a message of known size.
    public init(capacity: Int = 0) { bytes.reserveCapacity(capacity) }

    /// Octets written so far; the offset the next one will have.
    public var count: Int { bytes.count }

    /// Appends one octet.
    public mutating func write(_ value: UInt8) { bytes.append(value) }

    /// Appends two octets, most significant first.
    public mutating func write(_ value: UInt16) { writeBigEndian(value) }

    /// Appends the low three octets of `value`, most significant first.
    public mutating func writeUInt24(_ value: UInt32) {
        write(UInt8(truncatingIfNeeded: value >> 16))
        write(UInt16(truncatingIfNeeded: value))
    }

    /// Appends four octets, most significant first.
    public mutating func write(_ value: UInt32) { writeBigEndian(value) }

    /// Appends eight octets, most significant first.
    public mutating func write(_ value: UInt64) { writeBigEndian(value) }

    /// Appends octets as they are.
    public mutating func write(_ other: some Sequence<UInt8>) { bytes.append(contentsOf: other) }

    /// Appends the octets of `span` as they are.
    public mutating func write(_ span: RawSpan) {
        span.withUnsafeBytes { bytes.append(contentsOf: $0) }
    }

    /// Appends the UTF-8 of `text`, without a terminator.
    public mutating func write(_ text: String) { bytes.append(contentsOf: text.utf8) }

    /// Appends `count` octets that `body` writes, all of them, into the memory it is lent: for bulk
    /// whose length is known, at the price of one copy and no more.
    public mutating func write(
        count: Int, _ body: (UnsafeMutableRawBufferPointer) -> Void
    ) {
        bytes.append(addingCapacity: count) { span in
            span.withUnsafeMutableBufferPointer { buffer, initialized in
                body(
                    UnsafeMutableRawBufferPointer(
                        rebasing: UnsafeMutableRawBufferPointer(buffer)[..<count]))
                initialized = count
            }
        }
    }

    /// Appends `count` octets of `value`.
    public mutating func write(repeating value: UInt8, count: Int) {
        bytes.append(contentsOf: repeatElement(value, count: count))
    }

    /// Forgets what was written and keeps the memory, for the next message of a long-lived writer.
    public mutating func removeAll() { bytes.removeAll(keepingCapacity: true) }

    /// Forgets the first `count` octets and moves the rest up: for queues with a short rest.
    public mutating func removeFirst(_ count: Int) { bytes.removeFirst(count) }

    /// Appends zeros until `count` is a multiple of `alignment`.
    public mutating func pad(to alignment: Int) {
        while bytes.count % alignment != 0 { bytes.append(0) }
    }

    /// Overwrites two octets written before: a length or a checksum known only afterwards.
    public mutating func patch(_ value: UInt16, at offset: Int) {
        patchBigEndian(value, at: offset)
    }

    /// Overwrites four octets written before: the size of a box closed only now.
    public mutating func patchUInt32(_ value: UInt32, at offset: Int) {
        patchBigEndian(value, at: offset)
    }

    private mutating func patchBigEndian<Number: FixedWidthInteger & BitwiseCopyable>(
        _ value: Number, at offset: Int
    ) {
        let end = offset + MemoryLayout<Number>.size
        precondition(offset >= 0 && end <= bytes.count, "patch only what has been written")
        bytes.withUnsafeMutableBytes {
            $0.storeBytes(of: value.bigEndian, toByteOffset: offset, as: Number.self)
        }
    }

    private mutating func writeBigEndian(_ value: some FixedWidthInteger) {
        withUnsafeBytes(of: value.bigEndian) { bytes.append(contentsOf: $0) }
    }
}
