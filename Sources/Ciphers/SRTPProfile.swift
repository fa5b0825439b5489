/// How a session's packets are protected: the protection profile of DTLS-SRTP
/// (RFC 5764 §4.1.2, RFC 7714 §14.2), numbered as on the wire.
///
/// The order of the cases is the order of preference: GCM costs a third of AES-CM with SHA-1.
public enum SRTPProfile: UInt16, CaseIterable, Hashable, Sendable {
    /// AEAD_AES_128_GCM (RFC 7714).
    case aeadAES128GCM = 0x0007
    /// AES_CM_128_HMAC_SHA1_80 (RFC 3711), which every WebRTC endpoint knows (RFC 8827 §6.5).
    case aes128CMHMACSHA1_80 = 0x0001

    /// The RFC's name for it.
    public var name: String {
        switch self {
        case .aeadAES128GCM: "AEAD_AES_128_GCM"
        case .aes128CMHMACSHA1_80: "AES_CM_128_HMAC_SHA1_80"
        }
    }

    /// The profile of that name, if it is one of ours.
    public init?(named name: String) {
        guard let known = Self.allCases.first(where: { $0.name == name }) else { return nil }
        self = known
    }

    /// Octets of the authentication tag.
    public var authTagByteCount: Int {
        switch self {
        case .aeadAES128GCM: 16
        case .aes128CMHMACSHA1_80: 10
        }
    }

    /// Octets an RTP packet grows by.
    public var rtpOverhead: Int { authTagByteCount }

    /// Octets an RTCP packet grows by: the tag, and the E bit with the SRTCP index.
    public var rtcpOverhead: Int { authTagByteCount + 4 }

    /// Octets of a master key.
    public var keyByteCount: Int { 16 }

    /// Octets of a master salt.
    public var saltByteCount: Int {
        switch self {
        case .aeadAES128GCM: 12
        case .aes128CMHMACSHA1_80: 14
        }
    }
}

/// What a DTLS handshake leaves for SRTP: one master key and salt a direction (RFC 5764 §4.2).
public struct SRTPKeyingMaterial: Hashable, Sendable {
    /// What the keys are for.
    public var profile: SRTPProfile
    /// Protects what the DTLS client sends.
    public var clientKey: [UInt8]
    /// Goes with `clientKey`.
    public var clientSalt: [UInt8]
    /// Protects what the DTLS server sends.
    public var serverKey: [UInt8]
    /// Goes with `serverKey`.
    public var serverSalt: [UInt8]

    /// Keys from wherever they come: a handshake, or a test's constants.
    public init(
        profile: SRTPProfile,
        clientKey: [UInt8],
        clientSalt: [UInt8],
        serverKey: [UInt8],
        serverSalt: [UInt8]
    ) {
        self.profile = profile
        (self.clientKey, self.clientSalt) = (clientKey, clientSalt)
        (self.serverKey, self.serverSalt) = (serverKey, serverSalt)
    }

    /// Cuts the exporter's output: client key, server key, client salt, server salt.
    init(profile: SRTPProfile, exported: [UInt8]) {
        let (key, salt) = (profile.keyByteCount, profile.saltByteCount)
        self.init(
            profile: profile,
            clientKey: Array(exported[0..<key]),
            clientSalt: Array(exported[2 * key..<2 * key + salt]),
            serverKey: Array(exported[key..<2 * key]),
            serverSalt: Array(exported[2 * key + salt..<2 * (key + salt)])
        )
    }

    /// The key that seals what `role` sends.
    public func sealingKey(
        of role: DTLSRole, backend: SealingBackend = .evp, batch: SealingBatch? = nil
    ) throws(CipherError) -> SealingKey {
        let (key, salt) = role == .client ? (clientKey, clientSalt) : (serverKey, serverSalt)
        return try SealingKey(
            profile: profile, masterKey: key, masterSalt: salt, backend: backend, batch: batch)
    }

    /// The key that opens what `role`'s peer sends.
    public func openingKey(
        of role: DTLSRole, backend: SealingBackend = .evp
    ) throws(CipherError) -> OpeningKey {
        let (key, salt) = role == .client ? (serverKey, serverSalt) : (clientKey, clientSalt)
        return try OpeningKey(
            profile: profile, masterKey: key, masterSalt: salt, backend: backend)
    }
}
