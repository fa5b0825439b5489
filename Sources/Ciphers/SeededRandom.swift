/// An unending stream of octets that follows from a seed and is unpredictable without it:
/// HMAC-SHA-256 in counter mode.
///
/// For identifiers and credentials made inside an engine, which may not ask the kernel. Seed it
/// with `randomBytes(count: 32)` in production, with anything fixed in a simulation.
public struct SeededRandom: RandomNumberGenerator, Sendable {
    private let seed: [UInt8]
    private var counter: UInt64 = 0
    private var block: [UInt8] = []

    /// A stream of its own for each seed.
    public init(seed: [UInt8]) { self.seed = seed }

    /// The next eight octets of the stream.
    public mutating func next() -> UInt64 {
        if block.count < 8 {
            let message = withUnsafeBytes(of: counter.bigEndian) { Array($0) }
            block = hmacSHA256(key: seed, data: message)
            counter += 1
        }
        defer { block.removeLast(8) }
        return block.suffix(8).reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// `count` characters of the 64 that ICE allows (RFC 8839 §5.4): 6 bits each.
    public mutating func iceText(count: Int) -> String {
        var text = ""
        for _ in 0..<count {
            text.unicodeScalars.append(Self.iceCharacters[Int(next() & 63)])
        }
        return text
    }

    /// An identifier of 128 bits in hexadecimal.
    public mutating func identifier() -> String {
        (0..<2).map { _ in
            let digits = String(next(), radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }.joined()
    }

    private static let iceCharacters = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".unicodeScalars
    )
}
