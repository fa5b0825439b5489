public import Ciphers
public import Timing
public import Wire

/// What a worker must be told when it is made. It reads no clock and no environment.
public struct WorkerConfiguration: Sendable {
    /// How sessions agree on keys.
    public enum Security: Sendable {
        /// By a DTLS handshake under this context's certificate.
        case dtls(DTLSContext)
        /// By derivation from a secret both sides know: for simulations only.
        case keyed(secret: [UInt8], profile: SRTPProfile = .aeadAES128GCM)
    }

    /// The addresses candidates announce, most preferred first.
    public var candidates: [Endpoint]
    /// How sessions agree on keys.
    public var security: Security
    /// The monotonic and the wall clock, read together.
    public var clock: ClockMap
    /// Where identifiers, credentials and SSRCs come from: 32 unpredictable octets, or a fixed
    /// seed under simulation.
    public var seed: [UInt8]
    /// Who encrypts and authenticates packets. One that is not available lets no session connect.
    public var sealing = SealingBackend.evp
    /// Slots for received packets, 1.5 KB each, taken from the kernel when first used. A publisher of
    /// sound and picture holds at most 1152 of them.
    public var packetSlots = 65_536
    /// Sessions at once; one more is refused.
    public var transportLimit = 10_000
    /// Rooms at once; one more is refused.
    public var roomLimit = 10_000
    /// Peers in one room; one more is refused.
    public var peerLimit = 5_000

    /// A configuration; the limits can be changed afterwards.
    public init(
        candidates: [Endpoint], security: Security, clock: ClockMap, seed: [UInt8]
    ) {
        self.candidates = candidates
        self.security = security
        self.clock = clock
        self.seed = seed
    }
}
