public import Wire

/// Where a camera is: `rtsp://user:password@host:port/path?query`.
///
/// Taken as users paste it: passwords with `@` or `:` in them, IPv6 addresses without brackets, a
/// doubled scheme, blanks around it. Credentials are kept apart and never printed. Signs are told by their
/// scalars: a mark behind a `/` or `#` makes no other one of it.
public struct RTSPURL: Hashable, Sendable {
    /// Whether TLS is wanted: `rtsps`.
    public var isSecure: Bool
    /// A name or an address, without brackets.
    public var host: String
    /// The port when one is written.
    public var writtenPort: UInt16?
    /// Path and query as they are written, and nothing or `/…`.
    public var target: String
    /// User and password, decoded; `nil` when none is written.
    public var credentials: RTSPCredentials?

    /// Reads a URL; the error names the part, never its text.
    public init(parsing text: String) throws(ParseError) {
        var rest = trimmed(text)[...]
        isSecure = try Self.scheme(&rest)
        while let again = try? Self.scheme(&rest) { isSecure = again }  // doubled by some cameras
        let targetStart =
            rest.unicodeScalars.firstIndex { $0 == "/" || $0 == "?" } ?? rest.endIndex
        var authority = rest[..<targetStart]
        target = Self.target(rest[targetStart...])
        if let at = authority.unicodeScalars.lastIndex(of: "@") {
            credentials = RTSPCredentials(userinfo: authority[..<at])
            authority = authority[authority.unicodeScalars.index(after: at)...]
        }
        (host, writtenPort) = try Self.hostAndPort(authority)
    }

    /// Reads a URL that a person has written, by the same rules. One with an `@` in its path, behind what
    /// may be a user, is refused: it may be a password with a `/` in it, whose rest would be asked for, and
    /// told.
    public init(written text: String) throws(ParseError) {
        let scalars = text.unicodeScalars
        let scheme = scalars.ranges(of: "://".unicodeScalars).last
        let rest = scalars[(scheme?.upperBound ?? scalars.startIndex)...]
        let authority = rest.prefix { $0 != "/" }
        let path = rest[authority.endIndex...].prefix { $0 != "?" }
        guard !path.contains("@") || !authority.contains(where: { [":", "@", "?"].contains($0) })
        else {
            throw .invalid(field: Self.pathWithUser, at: 0)
        }
        try self.init(parsing: text)
    }

    private static let pathWithUser =
        "path of the URL (\"@\" is written %40 there, and \"/\" in a password %2F)"

    /// The port to connect to: 554 unless written, and 443 with TLS, where cameras in the cloud
    /// are. (RFC 7826 §5.2's 322 has to be written.)
    public var port: UInt16 { writtenPort ?? (isSecure ? 443 : 554) }

    /// The URL without credentials, as requests name it. A query may hold a secret: logs want
    /// `description`.
    public var text: String { origin + (target.isEmpty ? "/" : target) }

    /// The path alone, without the query; `/` for none.
    public var path: String {
        let path = target.prefix { $0 != "?" }
        return path.isEmpty ? "/" : String(path)
    }

    /// Scheme, host and port.
    var origin: String {
        let name = host.contains(":") ? "[\(host)]" : host
        return (isSecure ? "rtsps://" : "rtsp://") + name + (writtenPort.map { ":\($0)" } ?? "")
    }

    private static func scheme(_ rest: inout Substring) throws(ParseError) -> Bool {
        for (scheme, isSecure) in [("rtsp://", false), ("rtsps://", true)]
        where isSameToken(rest.prefix(scheme.count), scheme) {
            rest = rest.dropFirst(scheme.count)
            return isSecure
        }
        throw .invalid(field: "scheme of the URL (rtsp or rtsps)", at: 0)
    }

    private static func hostAndPort(
        _ authority: Substring
    ) throws(ParseError) -> (String, UInt16?) {
        let authority = authority.unicodeScalars
        var (host, port) = (authority, Substring.UnicodeScalarView())
        if authority.first == "[", let end = authority.firstIndex(of: "]") {
            host = authority[..<end].dropFirst()
            port = authority[end...].dropFirst()
            guard port.isEmpty || port.first == ":" else {
                throw .invalid(field: "port of the URL", at: 0)
            }
            port = port.dropFirst()
        } else if let colon = authority.firstIndex(of: ":"),
            colon == authority.lastIndex(of: ":")
        {
            host = authority[..<colon]
            port = authority[colon...].dropFirst()
        }
        let forbidden: [Unicode.Scalar] = ["\u{7F}", "\"", "[", "]", "<", ">", "@"]
        guard !host.isEmpty, host.allSatisfy({ $0 > " " && !forbidden.contains($0) })
        else { throw .invalid(field: "host of the URL", at: 0) }
        guard !port.isEmpty else { return (String(host), nil) }
        guard let number = UInt16(String(port)), number > 0 else {
            throw .invalid(field: "port of the URL", at: 0)
        }
        return (String(host), number)
    }

    /// Without a fragment; what no request line may hold is percent-encoded.
    private static func target(_ text: Substring) -> String {
        var target = text.utf8.first == UInt8(ascii: "?") ? "/" : ""
        for octet in text.utf8.prefix(while: { $0 != UInt8(ascii: "#") }) {
            if octet > 0x20, octet < 0x7F {
                target.unicodeScalars.append(Unicode.Scalar(octet))
            } else {
                target += "%" + hexadecimal([octet]).uppercased()
            }
        }
        return target
    }
}

extension RTSPURL {
    /// Why a text is no such URL, for whoever has written it: offsets say nothing of it.
    public static func reason(_ error: ParseError) -> String {
        switch error {
        case .invalid(let field, _): "the \(field) is not readable"
        case .truncated: error.description
        }
    }
}

extension RTSPURL: CustomStringConvertible, CustomDebugStringConvertible {
    /// For logs: without credentials, and without what may be some: a query (`auth=…`), and what
    /// follows `password=` in a path.
    public var description: String {
        var text = origin
        var rest = path[...]
        while !rest.isEmpty, !isSameToken(rest.prefix(Self.secret.count), Self.secret) {
            text.append(rest.removeFirst())
        }
        return text + (rest.isEmpty ? "" : Self.secret + "…") + (target.contains("?") ? "?…" : "")
    }

    /// As `description`.
    public var debugDescription: String { description }

    private static let secret = "password="
}

/// A user's name and password. No description, dump or interpolation shows them.
public struct RTSPCredentials: Hashable, Sendable {
    /// The name, decoded.
    public var user: String
    /// The password, decoded.
    public var password: String

    /// Credentials as they are, not percent-encoded.
    public init(user: String, password: String) { (self.user, self.password) = (user, password) }

    /// What stands in front of the `@`, with percent signs decoded where they encode something.
    init(userinfo: Substring) {
        let octets = userinfo.utf8
        let colon = octets.firstIndex(of: UInt8(ascii: ":")) ?? octets.endIndex
        user = Self.decoded(Array(octets[..<colon]))
        password = Self.decoded(Array(octets[colon...].dropFirst()))
    }

    private static func decoded(_ octets: [UInt8]) -> String {
        var decoded: [UInt8] = []
        var index = 0
        while index < octets.count {
            let digits = octets[index...].dropFirst().prefix(2)
            if octets[index] == UInt8(ascii: "%"), digits.count == 2,
                digits.allSatisfy({ (48...57).contains($0) || (65...70).contains($0 & 0xDF) }),
                let octet = UInt8(String(decoding: digits, as: UTF8.self), radix: 16)
            {
                decoded.append(octet)
                index += 3
            } else {
                decoded.append(octets[index])
                index += 1
            }
        }
        return String(decoding: decoded, as: UTF8.self)
    }
}

extension RTSPCredentials: CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    /// Nothing of them.
    public var description: String { "credentials" }
    /// Nothing of them.
    public var debugDescription: String { "credentials" }
    /// Nothing of them.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
