import CJansson

/// A value of a JSON text (RFC 8259), as it is written.
enum JSONValue {
    case null
    case flag(Bool)
    /// `60` also where `60.0` or `6e1` stands.
    case number(String)
    case text(String)
    /// Its elements, and the JSON of all, the same for the same ones.
    case list([JSONValue], json: String)
    case object([String: JSONValue])

    /// A text, a number, or `true` or `false`; `nil` of what is none of these.
    var scalar: String? {
        switch self {
        case .flag(let flag): String(flag)
        case .number(let text), .text(let text): text
        case .null, .list, .object: nil
        }
    }

    /// Whether it stands in quotation marks.
    var isText: Bool {
        guard case .text = self else { return false }
        return true
    }

    /// What it is, as a sentence ends with it: nothing of what it says.
    var kind: String {
        switch self {
        case .null: "null"
        case .flag: "true or false"
        case .number: "a number"
        case .text: "a text"
        case .list: "a list"
        case .object: "an object"
        }
    }
}

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
        reason =
            isOfKey
            ? said
            : String(said.prefix(upTo: said.firstRange(of: " near '")?.lowerBound ?? said.endIndex))
    }
}
