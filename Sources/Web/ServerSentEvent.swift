/// One event of an event stream (HTML Living Standard §9.2).
public struct ServerSentEvent: Hashable, Sendable {
    /// The event's type; without one a browser calls it `message`.
    public var name: String?
    /// What the reader sends back as `Last-Event-ID` when it returns.
    public var id: String?
    /// The payload, any number of lines.
    public var data: String

    /// An event.
    public init(_ data: String, name: String? = nil, id: String? = nil) {
        (self.data, self.name, self.id) = (data, name, id)
    }

    /// The event on the wire: a line per field, a `data` line per line, an empty line.
    public var frame: String {
        var frame = ""
        if let name { frame += "event: \(Self.oneLine(name))\n" }
        if let id { frame += "id: \(Self.oneLine(id))\n" }
        let lines = data.split(omittingEmptySubsequences: false, whereSeparator: Self.endsLine)
        for line in lines { frame += "data: \(line)\n" }
        return frame + "\n"
    }

    /// Keeps proxies and readers from thinking that nobody is there; readers ignore it.
    static let heartbeat = ": still here\n\n"

    /// Names and ids have no way to carry a line's end, nor an id a NUL.
    private static func oneLine(_ text: String) -> String {
        String(text.map { endsLine($0) || $0 == "\0" ? " " : $0 })
    }

    private static func endsLine(_ character: Character) -> Bool {
        character == "\n" || character == "\r" || character == "\r\n"
    }
}
