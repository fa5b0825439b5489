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

    /// Every key with its values as text; `nil` when the file is not such an object.
    static func values(_ bytes: [UInt8]) -> [String: [String]]? {
        guard let object = try? JSONDecoder().decode([String: Entry].self, from: Data(bytes))
        else { return nil }
        return object.mapValues { entry in
            switch entry {
            case .one(let text): [text]
            case .many(let texts): texts
            }
        }
    }
}
