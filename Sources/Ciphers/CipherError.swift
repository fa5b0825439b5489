/// Why something of this room could not be made. Bytes from a peer never cause one.
public enum CipherError: Error, Hashable, Sendable {
    /// A master key or salt of the wrong length for its profile.
    case keyLength(expected: Int, actual: Int)
    /// OpenSSL refused `call`: no memory, or a build without what is needed.
    case refused(call: String)
    /// The backend asked for is not installed, or did not take the keys.
    case unavailable(SealingBackend)
    /// No fingerprint, none with a hash function known here, or more than a session compares.
    case fingerprints(count: Int)
}

extension CipherError: CustomStringConvertible {
    /// One sentence for a log line.
    public var description: String {
        switch self {
        case .keyLength(let expected, let actual):
            "a master key or salt has \(actual) octets where \(expected) are needed"
        case .refused(let call): "OpenSSL refused \(call)"
        case .unavailable(let backend): "\(backend) is not to be had on this machine"
        case .fingerprints(let count): "\(count) usable fingerprints, 1 to 8 are needed"
        }
    }
}
