import CJansson

/// What is wrong with a JSON text. Nothing of the text but keys is told: it may be a password.
struct JSONFlaw: Error, Hashable {
    /// From 1 on.
    var line: Int
    /// One clause.
    var reason: String
}

extension JSONFlaw {
    /// What jansson says, without what stands in the text there, but for a key that stands twice.
    init(_ error: json_error_t) {
        line = max(Int(error.line), 1)
        let said = withUnsafeBytes(of: error.text) { text in
            String(decoding: text.prefix { $0 != 0 }, as: UTF8.self)
        }
        let isOfKey = withUnsafePointer(to: error) {
            json_error_code($0) == json_error_duplicate_key
        }
        let near = said.firstRange(of: Self.near)
        if isOfKey {
            // It quotes no long one.
            reason =
                near.map { "\(said[$0.upperBound...].dropLast()) stands there twice" }
                ?? "a key stands twice"
        } else {
            let ends = [near, said.firstRange(of: " '\\u"), said.firstRange(of: " 0x")]
            let end = ends.compactMap { $0?.lowerBound }.min() ?? said.endIndex
            reason = String(said[..<end])
        }
    }

    /// What goes before the characters that stand in the text there.
    private static let near = " near '"
}
