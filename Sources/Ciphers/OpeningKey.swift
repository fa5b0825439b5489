import CCiphers

/// Why a protected packet was not opened. It left no trace: a forgery changes no state.
public enum OpenFailure: Hashable, Sendable {
    /// Too short, not version 2, or RTCP that was not encrypted.
    case malformed
    /// A second copy, or too old to tell: more than 1023 packets behind the newest.
    case replayed
    /// The tag does not fit: damaged, forged, of another key, or of another rollover.
    case notAuthentic
    /// The 65th SSRC. The sources known go on; a new handshake starts over.
    case tooManySources
}

/// What became of a protected packet.
public enum Opened: Hashable, Sendable {
    /// Plain and in order to be used: its octets at `out`; the packet index of RTP (ROC · 2¹⁶ +
    /// sequence number), or the SRTCP index.
    case opened(byteCount: Int, index: UInt64)
    /// To be dropped and counted; what lies at `out` is garbage.
    case failed(OpenFailure)
}

/// Opens what one session receives: SRTP and SRTCP (RFC 3711, RFC 7714), with replay protection and
/// the rollover counter of each SSRC.
///
/// Nothing is allocated for a packet, but once for each new source.
public struct OpeningKey: ~Copyable {
    private let profile: SRTPProfile
    private let rtp: Transform
    private let rtcp: Transform
    private var rtpSources = SourceTable()
    private var rtcpSources = SourceTable()

    /// Derives the session keys from a master key and salt, for `backend` to use.
    public init(
        profile: SRTPProfile,
        masterKey: [UInt8],
        masterSalt: [UInt8],
        backend: SealingBackend = .evp
    ) throws(CipherError) {
        let keys = try SessionKeys(
            profile: profile,
            masterKey: masterKey,
            masterSalt: masterSalt
        )
        switch backend {
        case .evp, .batched, .ipsecMB:
            self.init(
                profile: profile,
                rtp: try keys.transform(.rtp, seals: false),
                rtcp: try keys.transform(.rtcp, seals: false)
            )
        case .libsrtp2:
            let library = try keys.libraryTransform(seals: false)
            let shared = library.shared()
            self.init(profile: profile, rtp: library, rtcp: shared)
        }
    }

    /// Session keys derived elsewhere: the RFCs' vectors begin there.
    init(
        profile: SRTPProfile,
        rtp: consuming Transform,
        rtcp: consuming Transform
    ) {
        self.profile = profile
        self.rtp = rtp
        self.rtcp = rtcp
    }

    /// Authenticates one RTP packet and decrypts it into `out`, header included.
    ///
    /// - Parameters:
    ///   - packet: A whole datagram, of any length and contents.
    ///   - out: Room for as many octets as `packet` has; may be `packet`'s own memory.
    public mutating func openRTP(
        _ packet: RawSpan,
        into out: UnsafeMutableRawPointer
    ) -> Opened {
        guard let header = Self.headerByteCount(packet),
            packet.byteCount - header >= profile.rtpOverhead
        else { return .failed(.malformed) }
        let sequenceNumber = UInt16(bigEndian: packet.load(at: 2))
        let ssrc = UInt32(bigEndian: packet.load(at: 8))
        guard let source = rtpSources.position(of: ssrc) else { return .failed(.tooManySources) }
        let index = rtpSources.estimatedIndex(of: sequenceNumber, at: source)
        guard !rtpSources.refuses(index, at: source) else { return .failed(.replayed) }
        let byteCount = packet.withOctets { octets in
            cciphers_open_rtp(
                rtp.pointer,
                out.assumingMemoryBound(to: UInt8.self),
                octets,
                packet.byteCount,
                header,
                ssrc,
                index
            )
        }
        guard byteCount > 0 else { return .failed(Self.failure(byteCount)) }
        rtpSources.insert(index, of: ssrc, at: source)
        return .opened(byteCount: byteCount, index: index)
    }

    /// Authenticates one RTCP packet and decrypts it into `out`.
    ///
    /// - Parameters:
    ///   - packet: A whole datagram, of any length and contents.
    ///   - out: Room for as many octets as `packet` has; may be `packet`'s own memory.
    public mutating func openRTCP(
        _ packet: RawSpan,
        into out: UnsafeMutableRawPointer
    ) -> Opened {
        let count = packet.byteCount
        guard count >= Self.rtcpHeaderByteCount + profile.rtcpOverhead,
            packet.octet(at: 0) >> 6 == 2
        else { return .failed(.malformed) }
        let word =
            switch profile {
            case .aeadAES128GCM: UInt32(bigEndian: packet.load(at: count - 4))
            case .aes128CMHMACSHA1_80: UInt32(bigEndian: packet.load(at: count - 14))
            }
        guard word >> 31 == 1 else { return .failed(.malformed) }
        let index = word & 0x7FFF_FFFF
        let ssrc = UInt32(bigEndian: packet.load(at: 4))
        guard let source = rtcpSources.position(of: ssrc) else { return .failed(.tooManySources) }
        guard !rtcpSources.refuses(UInt64(index), at: source) else { return .failed(.replayed) }
        let byteCount = packet.withOctets { octets in
            cciphers_open_rtcp(
                rtcp.pointer,
                out.assumingMemoryBound(to: UInt8.self),
                octets,
                count,
                ssrc,
                index
            )
        }
        guard byteCount > 0 else { return .failed(Self.failure(byteCount)) }
        rtcpSources.insert(UInt64(index), of: ssrc, at: source)
        return .opened(byteCount: byteCount, index: UInt64(index))
    }

    /// libsrtp2 looks for replays by itself, and remembers 128 packets of RTCP where we do 1024.
    private static func failure(_ answer: Int) -> OpenFailure {
        answer == 0 ? .notAuthentic : .replayed
    }

    /// Octets in clear: the fixed header, CSRCs and the extension (RFC 3550 §5.1, §5.3.1).
    private static func headerByteCount(_ packet: RawSpan) -> Int? {
        guard packet.byteCount >= 12 else { return nil }
        let first = packet.octet(at: 0)
        guard first >> 6 == 2 else { return nil }
        let fixed = 12 + 4 * Int(first & 0x0F)
        guard first & 0x10 != 0 else { return fixed }
        guard packet.byteCount >= fixed + 4 else { return nil }
        return fixed + 4 + 4 * Int(UInt16(bigEndian: packet.load(at: fixed + 2)))
    }

    private static let rtcpHeaderByteCount = 8
}

extension RawSpan {
    /// Bounds-checked, in the network's byte order.
    fileprivate func load<Integer: FixedWidthInteger & BitwiseCopyable>(at offset: Int) -> Integer {
        unsafeLoadUnaligned(fromByteOffset: offset, as: Integer.self)
    }

    fileprivate func octet(at offset: Int) -> UInt8 { load(at: offset) }
}
