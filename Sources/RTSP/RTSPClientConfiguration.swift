public import SDP
public import Timing

/// Which camera, what of it, and how long to wait.
public struct RTSPClientConfiguration: Sendable {
    /// The camera, with credentials if it has any.
    public var url: RTSPURL
    /// Seeds the nonces of digest authentication: `randomBytes(count: 32)`, or anything fixed in a
    /// simulation.
    public var seed: [UInt8]
    /// Which streams to set up.
    public var selection = TrackSelection()
    /// What requests call us; some cameras refuse a client without a name.
    public var userAgent = "Sluice"
    /// How long an answer may take.
    public var responseTimeout = Interval.seconds(15)
    /// How long no packet may come while playing.
    public var mediaTimeout = Interval.seconds(10)
    /// How often an empty receiver report tells the camera that we are still here; `nil` for never,
    /// when the caller sends reports of its own. Some cameras want one each five seconds.
    public var reportInterval: Interval? = .seconds(5)

    /// The usual waiting times.
    public init(url: RTSPURL, seed: [UInt8]) { (self.url, self.seed) = (url, seed) }
}

/// What a client tells its owner.
public enum RTSPEvent: Hashable, Sendable {
    /// The camera is somewhere else, or wants a connection anew: close this one, open one there,
    /// and `start` again.
    case redirected(RTSPURL)
    /// What the camera offers.
    case described(SessionDescription)
    /// Media comes: these tracks are set up. Packets may have come before.
    case playing([RTSPTrack])
    /// A packet has come; its octets are lent by `bytes(of:)` until the next `receive`.
    case packet(RTSPPacket)
    /// So many octets in the stream were nothing that can be understood.
    case skipped(byteCount: Int)
    /// All is over; `nil` when it was asked for. Send what `nextOutput` still gives, then close the
    /// connection.
    case ended(RTSPError?)
}
