/// One packet carried in the connection itself (RFC 2326 §10.12), as a place in an `RTSPStream`.
///
/// ```
/// |  "$"  | channel | length, 16 bits | packet …
/// ```
public struct InterleavedFrame: Hashable, Sendable {
    /// The channel agreed on by SETUP.
    public var channel: UInt8
    /// Where the packet starts, in octets since the connection began.
    public var offset: Int
    /// The packet's length, 0…65 535.
    public var byteCount: Int

    /// The octets before the packet.
    public static let prefixByteCount = 4

    /// Appends `packet` as a frame; `false`, and nothing appended, when it is longer than 65 535.
    @discardableResult
    public static func append(_ packet: RawSpan, channel: UInt8, to bytes: inout [UInt8]) -> Bool {
        guard let length = UInt16(exactly: packet.byteCount) else { return false }
        bytes.append(dollar)
        bytes.append(channel)
        bytes.append(UInt8(length >> 8))
        bytes.append(UInt8(length & 0xFF))
        packet.withUnsafeBytes { bytes.append(contentsOf: $0) }
        return true
    }

    static let dollar = UInt8(ascii: "$")
}

/// A set of interleaved channels.
public struct ChannelSet: Hashable, Sendable {
    private var words = SIMD4<UInt64>()

    /// No channel.
    public init() {}

    /// Whether `channel` is in it; setting puts it in or takes it out.
    public subscript(channel: UInt8) -> Bool {
        get { words[Int(channel >> 6)] >> UInt64(channel & 63) & 1 == 1 }
        set {
            let bit = UInt64(1) << UInt64(channel & 63)
            if newValue {
                words[Int(channel >> 6)] |= bit
            } else {
                words[Int(channel >> 6)] &= ~bit
            }
        }
    }
}
