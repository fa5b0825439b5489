/// A value of a JSON text (RFC 8259), as it is written.
enum JSONValue {
    case null
    case flag(Bool)
    case integer(String)
    /// A number with a fraction or an exponent: `60` where `60.0` or `6e1` stands.
    case real(String)
    case text(String)
    /// Its elements, and the JSON of all, the same for the same ones, where it is the whole text or a member
    /// of that.
    case list([JSONValue], json: String?)
    case object([String: JSONValue])

    /// A text, a number, or `true` or `false`; `nil` of what is none of these.
    var scalar: String? {
        switch self {
        case .flag(let flag): String(flag)
        case .integer(let text), .real(let text), .text(let text): text
        case .null, .list, .object: nil
        }
    }

    /// As a flag would say it; `nil` of what an option cannot be said by. A number that is written anew here
    /// is no text: `1.50` may be a name.
    func text(for option: Option) -> String? {
        switch self {
        case .text(let text): text
        case .flag, .integer: option.value == .list ? nil : scalar
        case .real: option.value == .list || option.value == .text ? nil : scalar
        case .null, .list, .object: nil
        }
    }

    /// What it is, as a sentence ends with it: nothing of what it says.
    var kind: String {
        switch self {
        case .null: "null"
        case .flag: "true or false"
        case .integer, .real: "a number"
        case .text: "a text"
        case .list: "a list"
        case .object: "an object"
        }
    }
}
