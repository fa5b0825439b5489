import CCiphers

/// Who encrypts and authenticates a session's packets, both ways. What goes over the wire is the same.
public enum SealingBackend: String, CaseIterable, Sendable {
    /// OpenSSL, packet by packet.
    case evp
    /// libsrtp2, where it is installed. It counts rollovers and SRTCP's indexes by itself, the latter
    /// from 1. Debian's is built on NSS, slower and allocating for each packet.
    case libsrtp2
    /// OpenSSL on the way in; on the way out AES_CM_128_HMAC_SHA1_80 packets of many sessions together
    /// in a `SealingBatch`, where the CPU has AVX2. All else as `evp`.
    case batched
    /// As `batched`, and on the way out AEAD_AES_128_GCM by libipsec-mb, where that is installed and its
    /// header (libipsec-mb-dev) was when this was built.
    case ipsecMB = "ipsec-mb"

    /// What costs this machine least, by its CPU and by what is installed. Without AVX2 `batched` does as
    /// `evp`. The first question loads libipsec-mb.
    public static var best: SealingBackend { ipsecMB.isAvailable ? .ipsecMB : .batched }

    /// Whether this machine has it. The first question loads the library.
    public var isAvailable: Bool {
        switch self {
        case .evp, .batched: true
        case .libsrtp2: cciphers_library_available() == 1
        case .ipsecMB: cciphers_ipsec_available() == 1
        }
    }
}
