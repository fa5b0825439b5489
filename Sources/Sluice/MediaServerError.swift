public import Ciphers

/// Why a `MediaServer` did not start.
public enum MediaServerError: Error, Hashable, Sendable, CustomStringConvertible {
    /// An address is in use, not ours, or not permitted; the text names it.
    case cannotListen(String)
    /// An address to announce is no literal address.
    case malformedAddress(String)
    /// OpenSSL did not make a certificate.
    case cannotMakeCertificate(String)
    /// What is to seal packets is not installed.
    case cannotSeal(SealingBackend)

    /// Whether the configuration is at fault, rather than this machine's state.
    public var isAboutSettings: Bool {
        switch self {
        case .malformedAddress: true
        case .cannotListen, .cannotMakeCertificate, .cannotSeal: false
        }
    }

    /// One line, naming what is wrong.
    public var description: String {
        switch self {
        case .cannotListen(let reason): reason
        case .malformedAddress(let host): "\(host) is not an IP address that can be announced"
        case .cannotSeal(let backend): "\(backend.rawValue) is not installed, or not usable"
        case .cannotMakeCertificate(let reason): "no certificate could be made: \(reason)"
        }
    }
}
