/// The octets of a representation that a request wants (RFC 9110 §14.1.2).
public enum ByteRange: Hashable, Sendable {
    /// All: no range was asked for, or one that may be passed over.
    case whole
    /// These.
    case part(Range<UInt64>)
    /// There are none of them: 416.
    case unsatisfiable

    /// What `header` says of a representation of `byteCount` octets. Several ranges at once are
    /// passed over (§14.2).
    public init(_ header: String?, of byteCount: UInt64) {
        guard let header, header.lowercased().hasPrefix("bytes=") else {
            self = .whole
            return
        }
        let bounds = header.dropFirst(6).split(separator: "-", omittingEmptySubsequences: false)
            .map { $0.filter { $0 != " " && $0 != "\t" } }
        guard bounds.count == 2, bounds.allSatisfy({ $0.utf8.allSatisfy(Self.isDigit) }) else {
            self = .whole
            return
        }
        let numbers = bounds.map { UInt64($0) ?? .max }
        switch (bounds[0].isEmpty, bounds[1].isEmpty) {
        case (true, true): self = .whole
        case (true, false):  // the last so many
            let count = min(numbers[1], byteCount)
            self = count > 0 ? .part(byteCount - count..<byteCount) : .unsatisfiable
        case (false, true):
            self = numbers[0] < byteCount ? .part(numbers[0]..<byteCount) : .unsatisfiable
        case (false, false):
            guard numbers[0] <= numbers[1] else {
                self = .whole
                return
            }
            self =
                numbers[0] < byteCount
                ? .part(numbers[0]..<min(numbers[1], byteCount - 1) + 1) : .unsatisfiable
        }
    }

    private static func isDigit(_ octet: UInt8) -> Bool { (0x30...0x39).contains(octet) }
}
