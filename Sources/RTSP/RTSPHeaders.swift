/// A message's header fields in order; names are compared without regard to case.
public struct RTSPHeaders: Hashable, Sendable {
    /// One header line.
    public struct Field: Hashable, Sendable {
        /// As written.
        public var name: String
        /// Without blanks at either end; folded lines are joined by one blank.
        public var value: String
    }

    /// All fields in order.
    public private(set) var fields: [Field] = []

    /// No fields.
    public init() {}

    /// The first value under `name`; setting replaces every field of that name, `nil` removes them.
    public subscript(name: String) -> String? {
        get { fields.first { isSameToken($0.name, name) }?.value }
        set {
            fields.removeAll { isSameToken($0.name, name) }
            if let newValue { append(name, newValue) }
        }
    }

    /// Every value under `name`, in order.
    public func values(_ name: String) -> [String] {
        fields.filter { isSameToken($0.name, name) }.map(\.value)
    }

    /// Adds a field at the end. Control characters in the value become blanks.
    public mutating func append(_ name: String, _ value: String) {
        fields.append(Field(name: name, value: trimmed(printable(value))))
    }

    /// `CSeq`; `nil` when it is missing or no number.
    public var sequence: Int? { self["CSeq"].flatMap { Int(trimmed($0)) } }

    /// Takes in one line; a line that begins with a blank continues the one before. A line without
    /// a colon is left out: cameras send them, and nobody misses them.
    mutating func read(line: Substring) {
        if line.first == " " || line.first == "\t" {
            guard !fields.isEmpty else { return }
            let more = trimmed(printable(String(line)))
            let value = fields[fields.count - 1].value
            fields[fields.count - 1].value = trimmed("\(value) \(more)")
            return
        }
        guard let colon = line.firstIndex(of: ":") else { return }
        let name = trimmed(printable(String(line[..<colon])))
        guard !name.isEmpty else { return }
        append(name, trimmed(line[line.index(after: colon)...]))
    }

    /// The lines as they go over the wire.
    var text: String { fields.map { "\($0.name): \($0.value)\r\n" }.joined() }
}
