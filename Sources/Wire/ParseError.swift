/// Why bytes from the network or a file could not be read. One closed error for every parser.
///
/// Offsets count from the start of the bytes handed to the reader. Throwing allocates nothing.
public enum ParseError: Error, Hashable, Sendable {
    /// The input ended: `needed` more bytes were wanted at offset `at`.
    case truncated(at: Int, needed: Int)
    /// The field named `field`, at offset `at`, holds a value its specification forbids.
    case invalid(field: String, at: Int)
}

extension ParseError: CustomStringConvertible {
    /// One sentence for a log line or an HTTP answer.
    public var description: String {
        switch self {
        case .truncated(let offset, let needed):
            "truncated: \(needed) more bytes needed at offset \(offset)"
        case .invalid(let field, let offset):
            "invalid \(field) at offset \(offset)"
        }
    }
}
