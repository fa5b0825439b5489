import FoundationEssentials

/// Why a body is not the JSON that was expected.
public enum JSONError: Error, Hashable, CustomStringConvertible {
    /// It is no JSON at all.
    case malformed
    /// A field that must be there is not.
    case missing(field: String)
    /// A field has another type: `expected` says which was wanted.
    case wrongType(field: String, expected: String)
    /// A field has the right type and a value nobody can use.
    case invalid(field: String)

    /// One sentence for the caller.
    public var description: String {
        switch self {
        case .malformed: "the body is not valid JSON"
        case .missing(let field): "\(field) is missing"
        case .wrongType(let field, let expected): "\(field) must be \(expected)"
        case .invalid(let field): "\(field) has an invalid value"
        }
    }

    fileprivate init(_ error: DecodingError) {
        switch error {
        case .keyNotFound(let key, let context):
            self = .missing(field: Self.name(context.codingPath + [key]))
        case .valueNotFound(_, let context): self = .missing(field: Self.name(context.codingPath))
        case .typeMismatch(let type, let context):
            self = .wrongType(field: Self.name(context.codingPath), expected: Self.word(for: type))
        case .dataCorrupted(let context) where context.codingPath.isEmpty: self = .malformed
        case .dataCorrupted(let context): self = .invalid(field: Self.name(context.codingPath))
        @unknown default: self = .malformed
        }
    }

    /// `codecs[2].mimeType`, as a script would write it.
    private static func name(_ path: [any CodingKey]) -> String {
        guard !path.isEmpty else { return "the body" }
        return path.reduce(into: "") { name, key in
            if let index = key.intValue {
                name += "[\(index)]"
            } else {
                name += name.isEmpty ? key.stringValue : "." + key.stringValue
            }
        }
    }

    private static func word(for type: Any.Type) -> String {
        switch type {
        case is String.Type: "a string"
        case is Bool.Type: "true or false"
        case is any BinaryInteger.Type: "a whole number"
        case is any FloatingPoint.Type: "a number"
        case is [any Sendable].Type: "an array"
        case is [String: any Sendable].Type: "an object"
        default: "of another type"
        }
    }
}

/// Reads JSON into a value; unknown fields are passed over.
public func decodeJSON<Value: Decodable>(
    _ type: Value.Type = Value.self,
    from bytes: [UInt8]
) throws(JSONError) -> Value {
    do {
        return try JSONDecoder().decode(type, from: Data(bytes))
    } catch let error as DecodingError {
        throw JSONError(error)
    } catch {
        throw .malformed
    }
}

/// Writes a value as JSON, its keys in alphabetical order. A value that JSON cannot hold, such as
/// a number that is not finite, gives `null`.
public func encodeJSON<Value: Encodable>(_ value: Value) -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    guard let data = try? encoder.encode(value) else { return Array("null".utf8) }
    return Array(data)
}

extension HTTPRequest {
    /// The body read as JSON.
    public func json<Value: Decodable>(_ type: Value.Type = Value.self) throws(JSONError) -> Value {
        try decodeJSON(type, from: body)
    }
}

extension HTTPResponse {
    /// A value as JSON.
    public static func json<Value: Encodable>(_ status: Int, _ value: Value) -> HTTPResponse {
        HTTPResponse(
            status: status,
            headers: [("content-type", "application/json")],
            body: .bytes(encodeJSON(value))
        )
    }
}
