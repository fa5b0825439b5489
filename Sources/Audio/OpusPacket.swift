/// One Opus packet of 20 ms on its way to a packetizer.
public struct OpusPacket: Hashable, Sendable {
    /// When its first decoded sample is heard, in ticks of 48 000 a second.
    public var timestamp: Int64
    /// The packet.
    public var bytes: [UInt8]
    /// Whether sound begins here, or begins again after a gap that was not filled: RTP's marker.
    public var isFirst: Bool

    /// A packet; one that goes on where the one before it ended, unless told otherwise.
    public init(timestamp: Int64, bytes: [UInt8], isFirst: Bool = false) {
        (self.timestamp, self.bytes, self.isFirst) = (timestamp, bytes, isFirst)
    }
}
