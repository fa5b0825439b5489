public import WebRTC

/// What a track is, to everyone who may want it: on its own loop and beyond.
public struct ProducedTrack: Hashable, Sendable {
    /// Names it in frames between loops; never used twice by one worker.
    public var number: UInt32
    /// Its peer's place among those of the room, the first who joined in front.
    public var order: UInt32
    /// The producer's identifier.
    public var id: String
    /// The peer that sends it.
    public var peer: String
    /// What ties a peer's tracks together in an answer.
    public var streamID: String
    /// The section it came with.
    public var mid: String
    /// What it is encoded with, as the peer sends it.
    public var codec: NegotiatedCodec

    /// A track by all there is to say of it.
    public init(
        number: UInt32, order: UInt32, peer: String, names: (id: String, streamID: String),
        mid: String, codec: NegotiatedCodec
    ) {
        (self.number, self.order, self.peer) = (number, order, peer)
        (id, streamID) = names
        (self.mid, self.codec) = (mid, codec)
    }
}
