import CCiphers
import COpenSSL

/// What all DTLS sessions of a process share: the certificate, the cipher suites, the protection
/// profiles. Immutable once made.
public final class DTLSContext: Sendable {
    /// Whom peers will see.
    public let certificate: Certificate

    // OpenSSL counts its references with atomics, and nothing is set any more once `init` is done;
    // freed in `deinit` alone.
    nonisolated(unsafe) let pointer: OpaquePointer

    /// Settings for sessions that present `certificate`.
    ///
    /// - Parameters:
    ///   - certificate: Our side's, in either role.
    ///   - profiles: Those to offer or accept, preferred first.
    public init(
        certificate: Certificate,
        profiles: [SRTPProfile] = SRTPProfile.allCases
    ) throws(CipherError) {
        guard let pointer = SSL_CTX_new(DTLS_method()) else {
            throw .refused(call: "SSL_CTX_new")
        }
        let names = profiles.map(\.openSSLName).joined(separator: ":")
        let isGood =
            cciphers_context_configure(pointer) == 1
            && SSL_CTX_use_certificate(pointer, certificate.x509) == 1
            && SSL_CTX_use_PrivateKey(pointer, certificate.key) == 1
            && SSL_CTX_set_tlsext_use_srtp(pointer, names) == 0  // here 0 is success
        guard isGood else {
            SSL_CTX_free(pointer)
            throw .refused(call: "SSL_CTX settings")
        }
        (self.certificate, self.pointer) = (certificate, pointer)
    }

    deinit { SSL_CTX_free(pointer) }
}

extension SRTPProfile {
    fileprivate var openSSLName: String {
        switch self {
        case .aeadAES128GCM: "SRTP_AEAD_AES_128_GCM"
        case .aes128CMHMACSHA1_80: "SRTP_AES128_CM_SHA1_80"
        }
    }
}
