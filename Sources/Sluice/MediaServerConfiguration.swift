public import Ciphers
public import Wire

/// How a `MediaServer` is set up.
public struct MediaServerConfiguration: Sendable {
    /// Where media is received: an address of this machine, or all of them. Loop i listens on the
    /// port + i. Port 0 lets the kernel choose. Where it is all of them, each peer hears from the
    /// address that it has spoken to.
    public var listen: Endpoint
    /// The addresses that candidates announce, as literals; empty means loopback and the machine's
    /// first global address of each family. Any address that leads here may be told, one of a NAT too.
    public var announcedHosts: [String]
    /// Loops, each with a thread, a socket and its own rooms.
    public var workers: Int
    /// Watching sessions of one room that a loop takes before the next loop takes more of them. The
    /// default is what half a core serves with a picture of 2 Mbit/s and sound: the room's own loop
    /// keeps the other half for those who publish and for its other rooms.
    public var viewersPerLoop = 200
    /// Whether the loops ask for real-time scheduling; without the right to it they run as usual.
    public var isRealtime: Bool
    /// Whether a loop of the host's own looks on at rooms (`MediaServer/observe(room:)`), as a
    /// recorder's does.
    public var hasObserver = false
    /// Who encrypts and authenticates packets.
    public var sealing = SealingBackend.best
    /// How packets may be protected, preferred first.
    public var profiles = SRTPProfile.allCases

    /// A configuration; what is not said has a sensible value.
    public init(
        listen: Endpoint = Endpoint(ipv4: 0, port: 40_000), announcedHosts: [String] = [],
        workers: Int = 1, isRealtime: Bool = false
    ) {
        self.listen = listen
        self.announcedHosts = announcedHosts
        self.workers = workers
        self.isRealtime = isRealtime
    }
}
