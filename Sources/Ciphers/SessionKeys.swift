import CCiphers

/// Derives the session keys of one direction from its master key (RFC 3711 §4.3), once: the key
/// derivation rate is zero, as in all of WebRTC.
struct SessionKeys {
    /// What a session key is for; RTCP's labels follow RTP's.
    enum Stream: UInt8 {
        case rtp = 0
        case rtcp = 3
    }

    let profile: SRTPProfile
    private let masterKey: [UInt8]
    private let masterSalt: [UInt8]

    init(profile: SRTPProfile, masterKey: [UInt8], masterSalt: [UInt8]) throws(CipherError) {
        guard masterKey.count == profile.keyByteCount else {
            throw .keyLength(expected: profile.keyByteCount, actual: masterKey.count)
        }
        guard masterSalt.count == profile.saltByteCount else {
            throw .keyLength(expected: profile.saltByteCount, actual: masterSalt.count)
        }
        self.profile = profile
        (self.masterKey, self.masterSalt) = (masterKey, masterSalt)
    }

    /// The keyed transform of one stream.
    func transform(_ stream: Stream, seals: Bool) throws(CipherError) -> Transform {
        let encryption = try derive(label: stream.rawValue, byteCount: 16)
        let authentication = try derive(label: stream.rawValue + 1, byteCount: 20)
        let salt = try derive(label: stream.rawValue + 2, byteCount: profile.saltByteCount)
        return try Transform(
            profile: profile,
            key: encryption,
            authenticationKey: authentication,
            salt: salt,
            seals: seals
        )
    }

    /// Both streams of one direction in one session of libsrtp2, which derives their keys by itself.
    func libraryTransform(seals: Bool) throws(CipherError) -> Transform {
        let isGCM: Int32 =
            switch profile {
            case .aeadAES128GCM: 1
            case .aes128CMHMACSHA1_80: 0
            }
        guard let created = cciphers_library_new(masterKey, masterSalt, isGCM, seals ? 1 : 0)
        else { throw .unavailable(.libsrtp2) }
        return Transform(created)
    }

    /// The PRF over `label` and the salt, whose 112 bits GCM's 96 fill from the left (RFC 7714 §11).
    func derive(label: UInt8, byteCount: Int) throws(CipherError) -> [UInt8] {
        var block = masterSalt + [UInt8](repeating: 0, count: 16 - masterSalt.count)
        block[7] ^= label
        var key = [UInt8](repeating: 0, count: byteCount)
        guard cciphers_prf(masterKey, block, &key, byteCount) == 1 else {
            throw .refused(call: "EVP_EncryptUpdate")
        }
        return key
    }
}

/// Owns one keyed context: of EVP with session keys, or of libsrtp2.
struct Transform: ~Copyable {
    let pointer: OpaquePointer

    init(_ pointer: OpaquePointer) { self.pointer = pointer }

    /// Hands GCM over to libipsec-mb.
    func accelerate(_ profile: SRTPProfile) throws(CipherError) {
        guard profile == .aeadAES128GCM else { return }
        if cciphers_transform_accelerate(pointer) == 0 { throw .unavailable(.ipsecMB) }
    }

    /// A second owner of the same context.
    borrowing func shared() -> Transform { Transform(cciphers_transform_retain(pointer)) }

    /// Keys the context; AEAD_AES_128_GCM has no use for `authenticationKey`.
    init(
        profile: SRTPProfile,
        key: [UInt8],
        authenticationKey: [UInt8],
        salt: [UInt8],
        seals: Bool
    ) throws(CipherError) {
        let created =
            switch profile {
            case .aeadAES128GCM: cciphers_transform_new(key, nil, salt, seals ? 1 : 0)
            case .aes128CMHMACSHA1_80:
                cciphers_transform_new(key, authenticationKey, salt, seals ? 1 : 0)
            }
        guard let created else { throw .refused(call: "EVP_CipherInit_ex") }
        pointer = created
    }

    deinit { cciphers_transform_free(pointer) }
}
