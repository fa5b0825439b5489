import FoundationEssentials

/// A configuration file: one JSON object of texts, numbers, Booleans, and arrays of them.
enum ConfigurationFile {
    private enum Entry: Decodable {
        case one(String)
        case many([String])

        init(from decoder: any Decoder) throws {
            if let scalars = try? decoder.singleValueContainer().decode([Scalar].self) {
                self = .many(scalars.map(\.text))
            } else {
                self = .one(try Scalar(from: decoder).text)
            }
        }
    }

    private struct Scalar: Decodable {
        let text: String

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let flag = try? container.decode(Bool.self) {
                text = String(flag)
            } else if let number = try? container.decode(Int.self) {
                text = String(number)
            } else {
                text = try container.decode(String.self)
            }
        }
    }

    /// Every key with its values as text, those of `lists` as JSON; a list alone is the first of
    /// these. `nil` when the file is not such an object, nor such a list.
    static func values(_ bytes: [UInt8], lists: [String]) -> [String: [String]]? {
        if let list = list(bytes) { return lists.first.map { [$0: [list]] } }
        guard
            let object = try? JSONDecoder().decode([String: Member].self, from: Data(bytes))
        else { return nil }
        var values: [String: [String]] = [:]
        for (key, member) in object {
            switch member {
            case .plain(.one(let text)) where !lists.contains(key): values[key] = [text]
            case .plain(.many(let texts)) where !lists.contains(key): values[key] = texts
            case .list(let tree) where lists.contains(key):
                guard let text = Self.text(tree) else { return nil }
                values[key] = [text]
            case .plain, .list: return nil
            }
        }
        return values
    }

    /// The JSON of a file that is a list of objects, and `nil` of any other.
    static func list(_ bytes: [UInt8]) -> String? {
        (try? JSONDecoder().decode([[String: Tree]].self, from: Data(bytes))).flatMap { text($0) }
    }

    /// The objects of such a list, each key with its value as text; with `nil` where it has another form.
    static func objects(_ list: String) -> [[String: String?]] {
        let found = try? JSONDecoder().decode([[String: Loose]].self, from: Data(list.utf8))
        return (found ?? []).map { object in object.mapValues(\.text) }
    }

    private struct Loose: Decodable {
        let text: String?

        init(from decoder: any Decoder) { text = (try? Scalar(from: decoder))?.text }
    }

    private static func text(_ list: [[String: Tree]]) -> String? {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys  // the same text for the same list
        return (try? encoder.encode(list)).map { String(decoding: $0, as: UTF8.self) }
    }

    /// The value of one key.
    private enum Member: Decodable {
        case plain(Entry)
        case list([[String: Tree]])

        init(from decoder: any Decoder) throws {
            if let entry = try? Entry(from: decoder) {
                self = .plain(entry)
            } else {
                self = .list(try decoder.singleValueContainer().decode([[String: Tree]].self))
            }
        }
    }

    /// Any JSON, to be handed on.
    private enum Tree: Codable {
        case none
        case flag(Bool)
        case number(Double)
        case text(String)
        case list([Tree])
        case object([String: Tree])

        init(from decoder: any Decoder) throws {
            let value = try decoder.singleValueContainer()
            if value.decodeNil() {
                self = .none
            } else if let flag = try? value.decode(Bool.self) {
                self = .flag(flag)
            } else if let number = try? value.decode(Double.self) {
                self = .number(number)
            } else if let text = try? value.decode(String.self) {
                self = .text(text)
            } else if let list = try? value.decode([Tree].self) {
                self = .list(list)
            } else {
                self = .object(try value.decode([String: Tree].self))
            }
        }

        func encode(to encoder: any Encoder) throws {
            var value = encoder.singleValueContainer()
            switch self {
            case .none: try value.encodeNil()
            case .flag(let flag): try value.encode(flag)
            case .number(let number): try value.encode(number)
            case .text(let text): try value.encode(text)
            case .list(let list): try value.encode(list)
            case .object(let object): try value.encode(object)
            }
        }
    }
}
