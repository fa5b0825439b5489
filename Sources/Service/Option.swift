import Wire

/// One setting of an executable: a flag, an environment variable and a key of the configuration
/// file, all of one name.
public struct Option: Hashable, Sendable {
    /// What a value may be.
    public enum Value: Hashable, Sendable {
        /// Anything but nothing.
        case text
        /// A whole number in a range.
        case number(ClosedRange<Int>)
        /// One of these words.
        case choice([String])
        /// `address:port`; the address may be a literal only.
        case endpoint
        /// Where a server is asked, which other paths are put behind: `http://host:port`.
        case url
        /// Given or not; takes no value.
        case flag
        /// A list of JSON objects: as such in the configuration file, which may also be nothing but
        /// this list; there and elsewhere the name of a file with it. Its value is the list's JSON.
        case list
    }

    /// In lower case with hyphens: `--log-level`, `SLUICE_LOG_LEVEL`, `"log-level"`.
    public var name: String
    /// What a value may be.
    public var value: Value
    /// How `--help` names the value: `IP:PORT`.
    public var placeholder: String
    /// The value when none is given; `nil` when there is none.
    public var fallback: String?
    /// Whether it may be given several times; in the environment, commas separate.
    public var isRepeated: Bool
    /// The option that has to be given with it, for without that one it means nothing.
    public var companion: String?
    /// One line for `--help`.
    public var help: String

    /// A setting.
    public init(
        _ name: String, _ value: Value, _ placeholder: String = "", default fallback: String? = nil,
        isRepeated: Bool = false, with companion: String? = nil, help: String
    ) {
        (self.name, self.value, self.placeholder) = (name, value, placeholder)
        (self.fallback, self.isRepeated, self.help) = (fallback, isRepeated, help)
        self.companion = companion
    }

    /// The same, but of no use without another option; what needs one already goes on needing that.
    public func needing(_ companion: String) -> Option {
        var option = self
        option.companion = self.companion ?? companion
        return option
    }

    /// `SLUICE_` and the name in capitals.
    public var variable: String {
        Self.variablePrefix + name.uppercased().map { $0 == "-" ? "_" : String($0) }.joined()
    }

    /// What every variable of every executable begins with.
    static let variablePrefix = "SLUICE_"

    /// Whether the environment and the file may set it: `SLUICE_VERSION` belongs to deployments.
    var isInherited: Bool { name != "help" && name != "version" }

    /// Whether a value may be a token, or have a password in it.
    var mayBeSecret: Bool {
        switch value {
        case .text, .url, .list: true
        case .number, .choice, .endpoint, .flag: false
        }
    }

    /// A value that is wrong, as it may be told.
    func told(_ value: String) -> String {
        if self.value == .url { return toldAddress(value) }
        return mayBeSecret && !value.isEmpty ? "…" : value
    }

    /// What is wrong with `text` as a value; `nil` when nothing is.
    func complaint(about text: String) -> String? {
        switch value {
        case .text, .list: Self.complaint(aboutText: text)
        case .flag: ["true", "false"].contains(text) ? nil : requirement
        case .choice(let words): words.contains(text) ? nil : requirement
        case .number(let range): Int(text).map(range.contains) == true ? nil : requirement
        case .url: Self.isServer(text) ? nil : requirement
        case .endpoint: Endpoint(text) == nil ? requirement : nil
        }
    }

    /// A line's end in a token would be another field of a request's head.
    private static func complaint(aboutText text: String) -> String? {
        if text.isEmpty { return "must not be empty" }
        let hasControl = text.utf8.contains { $0 < 0x20 || $0 == 0x7F }
        return hasControl ? "must have no control characters in it" : nil
    }

    /// What its value has to be, as a sentence goes on with it.
    var requirement: String {
        switch value {
        case .text: "must be a text"
        case .list: "must be a list of objects, or the name of a file with one"
        case .flag: "must be true or false"
        case .choice(let words): "must be one of \(words.joined(separator: ", "))"
        case .number(let range):
            "must be a whole number from \(range.lowerBound) to \(range.upperBound)"
        case .url: "must be an http:// or https:// URL, as in http://127.0.0.1:3000"
        case .endpoint: "must be an IP address and a port, as in 127.0.0.1:3000 or [::1]:3000"
        }
    }

    /// Whether it is a scheme of HTTP's, a host, perhaps a port and a path, and nothing behind these.
    private static func isServer(_ text: String) -> Bool {
        let schemes = ["http://", "https://"]
        guard let scheme = schemes.first(where: { text.lowercased().hasPrefix($0) }),
            text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "?") }),
            !text.contains("#")
        else { return false }
        let authority = text.dropFirst(scheme.count).prefix { $0 != "/" }
        let place = authority.split(separator: "@", omittingEmptySubsequences: false).last ?? ""
        let port = place.lastIndex(of: ":").map { place[$0...] } ?? ""
        let isBracketed = place.first == "["
        guard !port.isEmpty, !port.contains("]") else {
            return !place.isEmpty && isBracketed == (place.last == "]")
        }
        let host = place.dropLast(port.count)
        return !host.isEmpty && isBracketed == (host.last == "]")
            && UInt16(port.dropFirst()).map { $0 > 0 } ?? false
    }

    /// Every executable's settings besides its own.
    public static let common: [Option] = [
        Option("config", .text, "FILE", help: "a JSON file with the same keys as these flags"),
        Option(
            "log-level", .choice(["debug", "info", "warning", "error"]), "LEVEL", default: "info",
            help: "the least serious records to write: debug, info, warning or error"),
        Option(
            "log-format", .choice(["text", "json"]), "FORMAT", default: "text",
            help: "text for people, or json: one object a line"),
        Option("version", .flag, help: "print the version and end"),
        Option("help", .flag, help: "print this and end"),
    ]
}
