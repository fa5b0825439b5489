import CJansson

/// Reads a JSON text (RFC 8259) that a person has written, to tell in which line the mistake is. A key that
/// stands twice in an object is one: else the first would be passed over.
///
/// jansson reads it. Foundation's decoder tells no line, and takes the last of two values of a key.
enum JSONReader {
    /// The value, an object or a list, that the octets are, and nothing else.
    static func read(_ octets: [UInt8]) throws(JSONFlaw) -> JSONValue {
        // Some editors' mark of UTF-8 is no part of the text.
        let text = octets.starts(with: [0xEF, 0xBB, 0xBF]) ? octets.dropFirst(3) : octets[...]
        var error = json_error_t()
        let root = text.withUnsafeBytes { text in
            json_loadb(text.baseAddress, text.count, Int(JSON_REJECT_DUPLICATES), &error)
        }
        guard let root else { throw JSONFlaw(error) }
        defer { json_decref(root) }
        return value(root, at: 0)
    }

    private static func value(_ read: UnsafeMutablePointer<json_t>, at depth: Int) -> JSONValue {
        switch read.pointee.type {
        case JSON_OBJECT: .object(members(of: read, at: depth + 1))
        case JSON_ARRAY:
            // Of each in the others it would be as many octets as lists times octets.
            .list(elements(of: read, at: depth + 1), json: depth < 2 ? json(of: read) : nil)
        case JSON_STRING:
            .text(
                String(
                    decoding: UnsafeRawBufferPointer(
                        start: json_string_value(read), count: json_string_length(read)),
                    as: UTF8.self))
        case JSON_INTEGER: .integer(String(json_integer_value(read)))
        case JSON_REAL: .real(number(json_real_value(read)))
        case JSON_TRUE: .flag(true)
        case JSON_FALSE: .flag(false)
        default: .null  // jansson has no other types
        }
    }

    private static func members(
        of object: UnsafeMutablePointer<json_t>, at depth: Int
    ) -> [String: JSONValue] {
        var members: [String: JSONValue] = [:]
        var place = json_object_iter(object)
        while let member = place {
            if let key = json_object_iter_key(member), let read = json_object_iter_value(member) {
                members[String(cString: key)] = value(read, at: depth)
            }
            place = json_object_iter_next(object, member)
        }
        return members
    }

    private static func elements(
        of list: UnsafeMutablePointer<json_t>, at depth: Int
    ) -> [JSONValue] {
        (0..<json_array_size(list)).compactMap { place in
            json_array_get(list, place).map { value($0, at: depth) }
        }
    }

    private static func json(of list: UnsafeMutablePointer<json_t>) -> String {
        guard let text = json_dumps(list, Int(JSON_COMPACT | JSON_SORT_KEYS)) else { return "[]" }
        defer { free(text) }
        return String(cString: text)
    }

    private static func number(_ value: Double) -> String {
        value == value.rounded() && abs(value) < 1e15 ? String(Int64(value)) : "\(value)"
    }
}
