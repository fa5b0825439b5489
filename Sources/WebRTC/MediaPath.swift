public import Ciphers
public import Wire

/// Where a peer's media goes, and what it is sealed with: plain values, good for one run of packets.
public struct MediaPath {
    /// The address that ICE has settled on.
    public let destination: Endpoint
    /// The connection's key.
    public let sealer: PacketSealer
}
