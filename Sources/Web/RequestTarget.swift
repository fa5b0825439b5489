/// A request's target as the C library hands it over: percent-decoded once, `..` resolved, the
/// query in pieces ended by a NUL. Checked again here, because handlers trust it.
enum RequestTarget {
    /// The path, or `nil` when it is none a handler should see: not absolute, not UTF-8, with a
    /// control character, a backslash, or a segment that climbs.
    static func path(_ bytes: [UInt8]) -> String? {
        guard bytes.first == 0x2F, bytes.allSatisfy({ $0 >= 0x20 && $0 != 0x7F && $0 != 0x5C }),
            let path = String(validating: bytes, as: UTF8.self)
        else { return nil }
        let climbs = path.split(separator: "/").contains { $0 == ".." || $0 == "." }
        return climbs ? nil : path
    }

    /// Names and values in their order, or `nil` when they are not UTF-8. A piece without `=` is a
    /// name with an empty value; empty pieces are passed over.
    static func query(_ bytes: [UInt8]) -> [(name: String, value: String)]? {
        var pairs: [(name: String, value: String)] = []
        for piece in bytes.split(separator: 0) {
            let parts = piece.split(separator: 0x3D, maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = String(validating: parts[0], as: UTF8.self),
                let value = String(validating: parts.count > 1 ? parts[1] : [], as: UTF8.self)
            else { return nil }
            pairs.append((name, value))
        }
        return pairs
    }
}
