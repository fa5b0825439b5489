public import Timing

/// One packet of a track that is watched, plain.
public struct ReceivedRTP: Hashable, Sendable {
    /// The track's position in the offer.
    public var track: Int
    /// The stream's SSRC; another one begins a number line and a clock of its own.
    public var ssrc: UInt32
    /// The sequence number, unwrapped: it rises for ever.
    public var sequence: Int64
    /// The timestamp as the sender wrote it.
    public var timestamp: UInt32
    /// The end of a frame, for pictures.
    public var marker: Bool
    /// The payload.
    public var payload: [UInt8]
    /// When it came.
    public var arrival: Instant
}
