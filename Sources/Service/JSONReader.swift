/// Reads a JSON text (RFC 8259) that a person has written, to tell in which line the mistake is. A key that
/// stands twice in an object is one: else the first would be passed over.
struct JSONReader {
    private let octets: [UInt8]
    private var position = 0

    /// The value that the octets are, and nothing else.
    static func read(_ octets: [UInt8]) throws(JSONFlaw) -> JSONValue {
        var reader = JSONReader(octets)
        let value = try reader.value(atDepth: 0)
        guard reader.next == nil else { throw reader.flaw("something stands behind the end") }
        return value
    }

    private init(_ octets: [UInt8]) {
        self.octets = octets
        if octets.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }  // some editors' mark of UTF-8
    }

    private mutating func value(atDepth depth: Int) throws(JSONFlaw) -> JSONValue {
        guard depth < Self.depthLimit else { throw flaw("this is nested too deep") }
        switch next {
        case UInt8(ascii: "{"): return .object(try members(atDepth: depth))
        case UInt8(ascii: "["):
            let start = position
            let elements = try elements(atDepth: depth)
            return .list(elements, start..<position)
        case UInt8(ascii: "\""): return .text(try text())
        case nil: throw lack(of: "a value")
        default: return try word()
        }
    }

    private mutating func members(atDepth depth: Int) throws(JSONFlaw) -> [String: JSONValue] {
        var members: [String: JSONValue] = [:]
        position += 1
        guard !skip("}") else { return members }
        repeat {
            guard next == UInt8(ascii: "\"") else { throw lack(of: "a key in quotation marks") }
            let (key, place) = (try text(), position)
            guard skip(":") else { throw lack(of: "a colon behind a key") }
            let value = try value(atDepth: depth + 1)
            guard members.updateValue(value, forKey: key) == nil else {
                throw flaw("\"\(key)\" stands there twice", at: place)
            }
        } while skip(",")
        guard skip("}") else { throw lack(of: "a comma or }") }
        return members
    }

    private mutating func elements(atDepth depth: Int) throws(JSONFlaw) -> [JSONValue] {
        var elements: [JSONValue] = []
        position += 1
        guard !skip("]") else { return elements }
        repeat { elements.append(try value(atDepth: depth + 1)) } while skip(",")
        guard skip("]") else { throw lack(of: "a comma or ]") }
        return elements
    }

    /// `true`, `false`, `null` or a number.
    private mutating func word() throws(JSONFlaw) -> JSONValue {
        let start = position
        let word = octets[start...].prefix { Self.isOfWord($0) }
        let text = String(decoding: word, as: UTF8.self)
        position += word.count
        switch text {
        case "true", "false": return .flag(text == "true")
        case "null": return .null
        default:
            let isBegun = text.first.map { $0 == "-" || $0.isNumber } ?? false
            guard isBegun, let number = Double(text), number.isFinite else {
                throw flaw("a value is missing: a text stands in quotation marks", at: start)
            }
            let isWhole = number == number.rounded() && abs(number) < 1e15
            return .number(isWhole ? String(Int64(number)) : text)
        }
    }

    private mutating func text() throws(JSONFlaw) -> String {
        let start = position
        var found: [UInt8] = []
        position += 1
        while position < octets.count, octets[position] >= 0x20 {
            let octet = octets[position]
            position += 1
            switch octet {
            case UInt8(ascii: "\""):
                guard let text = String(validating: found, as: UTF8.self) else {
                    throw flaw("a text is not UTF-8", at: start)
                }
                return text
            case UInt8(ascii: "\\"): found += try escape()
            default: found.append(octet)
            }
        }
        throw flaw("a quotation mark is missing behind a text", at: start)
    }

    /// What a backslash and what follows stand for, in UTF-8.
    private mutating func escape() throws(JSONFlaw) -> [UInt8] {
        guard position < octets.count else { throw lack(of: "a quotation mark") }
        let octet = octets[position]
        position += 1
        switch octet {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [octet]
        case UInt8(ascii: "b"): return [0x08]
        case UInt8(ascii: "f"): return [0x0C]
        case UInt8(ascii: "n"): return [0x0A]
        case UInt8(ascii: "r"): return [0x0D]
        case UInt8(ascii: "t"): return [0x09]
        case UInt8(ascii: "u"):
            var units = [try codeUnit()]
            let goesOn = octets[position...].starts(with: Array("\\u".utf8))
            if UTF16.isLeadSurrogate(units[0]), goesOn {
                position += 2
                units.append(try codeUnit())
            }
            guard let text = String(validating: units, as: UTF16.self) else {
                throw flaw("\\u stands for no character")
            }
            return Array(text.utf8)
        default: throw flaw("a backslash stands before another one, or before one of \"/bfnrtu")
        }
    }

    private mutating func codeUnit() throws(JSONFlaw) -> UInt16 {
        let digits = String(decoding: octets[position...].prefix(4), as: UTF8.self)
        guard digits.count == 4, digits.allSatisfy(\.isHexDigit),
            let unit = UInt16(digits, radix: 16)
        else { throw flaw("four hexadecimal digits are missing behind \\u") }
        position += 4
        return unit
    }

    /// The next octet that is no white space, left where it stands.
    private var next: UInt8? {
        mutating get {
            while position < octets.count, [0x20, 0x09, 0x0A, 0x0D].contains(octets[position]) {
                position += 1
            }
            return position < octets.count ? octets[position] : nil
        }
    }

    private mutating func skip(_ mark: Unicode.Scalar) -> Bool {
        guard next == UInt8(ascii: mark) else { return false }
        position += 1
        return true
    }

    private mutating func lack(of thing: String) -> JSONFlaw {
        flaw(next == nil ? "it ends too early: \(thing) is missing" : "\(thing) is missing")
    }

    private func flaw(_ reason: String, at place: Int? = nil) -> JSONFlaw {
        let before = octets[..<min(place ?? position, octets.count)]
        return JSONFlaw(line: before.count { $0 == 0x0A } + 1, reason: reason)
    }

    private static func isOfWord(_ octet: UInt8) -> Bool {
        switch octet {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "+"),
            UInt8(ascii: "."):
            true
        default: false
        }
    }

    /// Settings have three levels; what is nested without end would end the process.
    private static let depthLimit = 64
}
