import CCiphers
import COpenSSL

/// A self-signed certificate over a fresh P-256 key (RFC 8827 §6.5), made at start and never stored.
///
/// Immutable once made, and so shared by every session of a process.
public final class Certificate: Sendable {
    /// The SHA-256 digest that our SDP announces.
    public let fingerprint: Fingerprint

    // OpenSSL's objects are never changed after init, and freed only in deinit.
    nonisolated(unsafe) let x509: OpaquePointer
    nonisolated(unsafe) let key: OpaquePointer

    /// Makes a key and signs a certificate with it: about half a millisecond.
    public init() throws(CipherError) {
        guard let key = cciphers_p256_new() else { throw .refused(call: "EVP_EC_gen") }
        guard let x509 = Self.sign(with: key), let digest = Self.digest(of: x509, by: .sha256)
        else {
            EVP_PKEY_free(key)
            throw .refused(call: "X509_sign")
        }
        (self.x509, self.key) = (x509, key)
        fingerprint = digest
    }

    deinit {
        X509_free(x509)
        EVP_PKEY_free(key)
    }

    private static func sign(with key: OpaquePointer) -> OpaquePointer? {
        guard let x509 = X509_new() else { return nil }
        let serial = randomBytes(count: 8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) } >> 1
        let name = X509_get_subject_name(x509)
        let isGood =
            X509_set_version(x509, 2) == 1  // v3
            && ASN1_INTEGER_set_uint64(X509_get_serialNumber(x509), serial) == 1
            && X509_gmtime_adj(X509_getm_notBefore(x509), -secondsPerDay) != nil
            && X509_gmtime_adj(X509_getm_notAfter(x509), validDays * secondsPerDay) != nil
            && X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, "sluice", -1, -1, 0) == 1
            && X509_set_issuer_name(x509, name) == 1
            && X509_set_pubkey(x509, key) == 1
            && X509_sign(x509, key, EVP_sha256()) > 0
        guard isGood else {
            X509_free(x509)
            return nil
        }
        return x509
    }

    static func digest(of x509: OpaquePointer, by function: HashFunction) -> Fingerprint? {
        let algorithm =
            switch function {
            case .sha1: EVP_sha1()
            case .sha256: EVP_sha256()
            case .sha384: EVP_sha384()
            case .sha512: EVP_sha512()
            }
        var digest = [UInt8](repeating: 0, count: function.byteCount)
        guard X509_digest(x509, algorithm, &digest, nil) == 1 else { return nil }
        return Fingerprint(algorithm: function, value: digest)
    }

    private static let secondsPerDay = 86_400
    private static let validDays = 3_650  // a server's process may live long; peers see the digest
}
