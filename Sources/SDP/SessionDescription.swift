public import Wire

/// A session description (RFC 8866): what one side offers, or answers, to send and to receive.
///
/// Reading is tolerant of what cameras and browsers really send: bare line feeds, trailing blanks,
/// unknown lines and attributes (kept in their place), missing optional lines. What it prints is
/// strict.
public struct SessionDescription: Hashable, Sendable {
    /// The `o=` line's fields, as text: user, session, version, network, address type, address.
    public var origin: String
    /// The `s=` line; `-` when there is nothing to say.
    public var name: String
    /// Lines between `s=` and the first attribute that are kept as they are: `c=`, `b=`, `t=` …
    public var otherLines: [String]
    /// Attributes of the whole session.
    public var attributes: [SDPAttribute]
    /// What is described, in order; an answer's sections match the offer's one by one.
    public var media: [MediaSection]

    /// A description without media.
    ///
    /// - Parameters:
    ///   - sessionID: Unpredictable and below 2^63 (RFC 9429 §5.2.1).
    ///   - version: Rises with each description of the same session.
    public init(sessionID: UInt64, version: UInt64 = 1) {
        origin = "- \(sessionID) \(version) IN IP4 127.0.0.1"
        name = "-"
        otherLines = ["t=0 0"]
        attributes = []
        media = []
    }

    /// Reads a whole description. Errors name the line's type and its offset in octets.
    public init(parsing text: String) throws(ParseError) {
        guard text.utf8.count <= Self.byteLimit else {
            throw .invalid(field: "session description length", at: Self.byteLimit)
        }
        var lines = SDPLines(text)
        guard let version = try lines.next(), version.type == "v", version.value == "0" else {
            throw .invalid(field: "v= line", at: 0)
        }
        (origin, name, otherLines, attributes, media) = ("", "-", [], [], [])
        while let line = try lines.next() {
            switch line.type {
            case "m":
                guard media.count < Self.mediaLimit else {
                    throw .invalid(field: "number of m= lines", at: line.offset)
                }
                media.append(try MediaSection(mediaLine: line.value, at: line.offset))
            case "a" where media.isEmpty: attributes.append(SDPAttribute(line.value))
            case "a": media[media.count - 1].attributes.append(SDPAttribute(line.value))
            case "o" where media.isEmpty: origin = line.value
            case "s" where media.isEmpty: name = line.value.isEmpty ? "-" : line.value
            default:
                let kept = "\(line.type)=\(line.value)"
                if media.isEmpty {
                    otherLines.append(kept)
                } else {
                    media[media.count - 1].otherLines.append(kept)
                }
            }
        }
        guard !origin.isEmpty else { throw .invalid(field: "o= line", at: 0) }
        if !otherLines.contains(where: { $0.hasPrefix("t=") }) { otherLines.append("t=0 0") }
    }

    private static let byteLimit = 65_536
    private static let mediaLimit = 64
}

extension SessionDescription: CustomStringConvertible {
    /// The description as it goes over the wire, each line ended by CR and LF.
    public var description: String {
        var lines = ["v=0", "o=\(origin)", "s=\(name)"] + otherLines
        lines += attributes.map { "a=\($0)" }
        for section in media { lines += section.lines }
        return lines.map { $0 + "\r\n" }.joined()
    }
}

/// One `a=` line: a property, or a name with a value.
public struct SDPAttribute: Hashable, Sendable, CustomStringConvertible {
    /// What comes before the first colon.
    public var name: String
    /// What comes after it; `nil` for a property.
    public var value: String?

    /// An attribute by its parts.
    public init(_ name: String, _ value: String?) { (self.name, self.value) = (name, value) }

    /// Splits what follows `a=`.
    public init(_ line: String) {
        if let colon = line.firstIndex(of: ":") {
            name = String(line[..<colon])
            value = String(line[line.index(after: colon)...])
        } else {
            (name, value) = (line, nil)
        }
    }

    /// What follows `a=`.
    public var description: String { value.map { "\(name):\($0)" } ?? name }
}

/// Cuts a description into typed lines.
struct SDPLines {
    struct Line {
        let type: Character
        let value: String
        let offset: Int  // in octets
    }

    private let bytes: [UInt8]
    private var position = 0
    private var count = 0

    init(_ text: String) { bytes = Array(text.utf8) }

    /// The next line that is not blank; `nil` at the end.
    mutating func next() throws(ParseError) -> Line? {
        while position < bytes.count {
            let start = position
            while position < bytes.count, !Self.endsLine(bytes[position]) { position += 1 }
            var end = position
            while position < bytes.count, Self.endsLine(bytes[position]) { position += 1 }
            while end > start, bytes[end - 1] == 32 || bytes[end - 1] == 9 { end -= 1 }
            if end == start { continue }
            guard end - start >= 2, bytes[start + 1] == UInt8(ascii: "="),
                (97...122).contains(bytes[start])
            else { throw .invalid(field: "line", at: start) }
            count += 1
            guard count <= Self.lineLimit else {
                throw .invalid(field: "number of lines", at: start)
            }
            return Line(
                type: Character(Unicode.Scalar(bytes[start])),
                value: String(decoding: bytes[(start + 2)..<end], as: UTF8.self), offset: start)
        }
        return nil
    }

    private static func endsLine(_ octet: UInt8) -> Bool { octet == 10 || octet == 13 }

    private static let lineLimit = 2048
}
