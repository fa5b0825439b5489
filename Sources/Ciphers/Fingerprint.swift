/// The digest of a certificate, as SDP's `a=fingerprint` carries it (RFC 8122 §5).
public struct Fingerprint: Hashable, Sendable {
    /// The hash function's name in lower case: `sha-256`, `sha-1`, `sha-384` or `sha-512`.
    public let algorithm: String
    /// The digest's octets.
    public let value: [UInt8]

    /// A digest computed here.
    init(algorithm: HashFunction, value: [UInt8]) {
        (self.algorithm, self.value) = (algorithm.rawValue, value)
    }

    /// Reads `AB:CD:…`, in either case.
    ///
    /// - Returns: `nil` for a hash function unknown here, or a digest of the wrong length.
    public init?(algorithm: String, text: String) {
        guard let function = HashFunction(rawValue: algorithm.lowercased()) else { return nil }
        var value: [UInt8] = []
        for pair in text.split(separator: ":", omittingEmptySubsequences: false) {
            guard pair.utf8.count == 2, pair.utf8.allSatisfy({ $0 != UInt8(ascii: "+") }),
                let octet = UInt8(pair, radix: 16)
            else { return nil }
            value.append(octet)
        }
        guard value.count == function.byteCount else { return nil }
        self.init(algorithm: function, value: value)
    }

    /// Reads SDP's attribute value: `sha-256 AB:CD:…`.
    public init?(attribute: String) {
        let words = attribute.split(separator: " ")
        guard words.count == 2 else { return nil }
        self.init(algorithm: String(words[0]), text: String(words[1]))
    }

    /// The digest as `AB:CD:…`.
    public var text: String {
        value.map { octet in
            let digits = String(octet, radix: 16, uppercase: true)
            return octet < 16 ? "0" + digits : digits
        }.joined(separator: ":")
    }

    /// SDP's attribute value: `sha-256 AB:CD:…`.
    public var attribute: String { "\(algorithm) \(text)" }
}

/// The hash functions a peer's fingerprint may use, strongest last.
enum HashFunction: String, CaseIterable {
    case sha1 = "sha-1"
    case sha256 = "sha-256"
    case sha384 = "sha-384"
    case sha512 = "sha-512"

    var byteCount: Int {
        switch self {
        case .sha1: 20
        case .sha256: 32
        case .sha384: 48
        case .sha512: 64
        }
    }

    /// Those of the strongest function offered: a weaker digest beside it proves nothing more
    /// (RFC 8122 §5.1).
    static func strongest(of fingerprints: [Fingerprint]) -> [Fingerprint] {
        for function in allCases.reversed() {
            let chosen = fingerprints.filter { $0.algorithm == function.rawValue }
            if !chosen.isEmpty { return chosen }
        }
        return []
    }
}
