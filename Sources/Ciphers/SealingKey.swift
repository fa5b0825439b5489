import CCiphers

/// Protects what one session sends: SRTP and SRTCP (RFC 3711, RFC 7714).
///
/// The EVP contexts are keyed once; a packet sets only their IV, and nothing is allocated for it.
/// Not `Sendable`: it lives on the loop of its session.
public struct SealingKey: ~Copyable {
    private let profile: SRTPProfile
    private let rtp: Transform
    private let rtcp: Transform
    private var batch: SealingBatch?  // kept, for `rtp` points to it
    private var nextRTCPIndex: UInt32  // one counter for all SSRCs: their IVs differ anyway

    /// Derives the session keys from a master key and salt, for `backend` to use.
    ///
    /// RTP may wait in `batch` if the backend does so; without one it is sealed at once.
    public init(
        profile: SRTPProfile,
        masterKey: [UInt8],
        masterSalt: [UInt8],
        backend: SealingBackend = .evp,
        batch: SealingBatch? = nil
    ) throws(CipherError) {
        let keys = try SessionKeys(
            profile: profile,
            masterKey: masterKey,
            masterSalt: masterSalt
        )
        switch backend {
        case .evp, .batched, .ipsecMB:
            let rtp = try keys.transform(.rtp, seals: true)
            if backend == .ipsecMB { try rtp.accelerate(profile) }
            self.init(profile: profile, rtp: rtp, rtcp: try keys.transform(.rtcp, seals: true))
        case .libsrtp2:
            let library = try keys.libraryTransform(seals: true)
            let shared = library.shared()
            self.init(profile: profile, rtp: library, rtcp: shared)
        }
        if let batch { wait(in: batch) }
    }

    /// Session keys derived elsewhere: the RFCs' vectors begin there.
    init(
        profile: SRTPProfile,
        rtp: consuming Transform,
        rtcp: consuming Transform,
        nextRTCPIndex: UInt32 = 0
    ) {
        self.profile = profile
        self.rtp = rtp
        self.rtcp = rtcp
        self.nextRTCPIndex = nextRTCPIndex
    }

    /// From now on RTP is sealed when `batch` is, if that is of any use under this profile.
    mutating func wait(in batch: SealingBatch) {
        cciphers_transform_defer(rtp.pointer, batch.pointer)
        self.batch = batch
    }

    /// Octets `sealRTP` adds to a packet.
    public var rtpOverhead: Int { profile.rtpOverhead }

    /// Octets `sealRTCP` adds to a packet.
    public var rtcpOverhead: Int { profile.rtcpOverhead }

    /// This key for the packet path.
    public var sealer: PacketSealer { PacketSealer(rtp.pointer, overhead: profile.rtpOverhead) }

    /// Encrypts and authenticates one RTP packet where it will be sent from: see `PacketSealer`.
    ///
    /// - Parameters:
    ///   - out: Room for header, prefix, payload and `rtpOverhead`.
    ///   - headerByteCount: Fixed header, CSRCs and extension, all of it.
    ///   - prefixByteCount: Rewritten octets of payload behind the header, 0 when there are none.
    ///   - payload: What follows the prefix; must not overlap `out`.
    ///   - payloadByteCount: Octets at `payload`, padding included.
    ///   - ssrc: As in the header.
    ///   - index: ROC · 2¹⁶ + sequence number, kept by the caller.
    /// - Returns: The whole length; 0 only if OpenSSL failed, and the packet must not be sent.
    public borrowing func sealRTP(
        at out: UnsafeMutableRawPointer,
        headerByteCount: Int,
        prefixByteCount: Int,
        payload: UnsafeRawPointer,
        payloadByteCount: Int,
        ssrc: UInt32,
        index: UInt64
    ) -> Int {
        sealer.seal(
            at: out, headerByteCount: headerByteCount, prefixByteCount: prefixByteCount,
            payload: UnsafeRawBufferPointer(start: payload, count: payloadByteCount),
            ssrc: ssrc, index: index)
    }

    /// Encrypts and authenticates one compound or reduced-size RTCP packet.
    ///
    /// - Returns: The protected packet; empty if `packet` is shorter than a header and an SSRC, or
    ///   after 2³¹ packets, when the key may not be used any more (RFC 3711 §9.2).
    public mutating func sealRTCP(_ packet: [UInt8]) -> [UInt8] {
        guard packet.count >= 8, nextRTCPIndex < 1 << 31 else { return [] }
        let ssrc = packet[4..<8].reduce(0) { $0 << 8 | UInt32($1) }
        let (pointer, index) = (rtcp.pointer, nextRTCPIndex)
        nextRTCPIndex += 1
        return [UInt8](unsafeUninitializedCapacity: packet.count + rtcpOverhead) { out, count in
            guard let base = out.baseAddress else { return }
            count = cciphers_seal_rtcp(pointer, base, packet, packet.count, ssrc, index)
        }
    }
}
