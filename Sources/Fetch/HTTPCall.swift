import CFetch

/// One HTTP request to another server.
public struct HTTPCall: Hashable, Sendable {
    /// `GET`, `POST`, `DELETE` …
    public var method: String
    /// Absolute, `http` or `https`.
    public var url: String
    /// Names and values, in order.
    public var headers: [HTTPField]
    /// The body; `nil` sends none.
    public var body: [UInt8]?

    /// A request.
    public init(
        _ method: String, _ url: String, headers: [HTTPField] = [], body: [UInt8]? = nil
    ) {
        (self.method, self.url, self.headers, self.body) = (method, url, headers, body)
    }

    /// Whether a server can be asked at `url`: absolute, `http` or `https`, with a host.
    public static func isAddress(_ url: String) -> Bool {
        host(of: url) != nil && fetch_is_url(url) != 0
    }

    /// The scheme, host and port of an address, in lower case and the port always with it; `nil` for what is
    /// none. It is read by what connects to it, so that nobody passes for another by how a URL is written.
    public static func origin(of url: String) -> String? {
        guard host(of: url) != nil else { return nil }
        var text = [CChar](repeating: 0, count: 1024)
        guard fetch_origin(url, &text, text.count) != 0 else { return nil }
        return text.withUnsafeBufferPointer { buffer in
            buffer.baseAddress.map { String(cString: $0).lowercased() }
        }
    }

    /// What an address is called where its server fails: host, port and path. What may be a secret is left
    /// out: who calls, the query, and of the path each word that may be a key.
    static func place(of url: String) -> String? {
        guard let origin = origin(of: url), let scheme = origin.firstRange(of: "://"),
            let written = url.firstRange(of: "://")
        else { return nil }
        let path = url[written.upperBound...].prefix { $0 != "?" && $0 != "#" }.drop { $0 != "/" }
        let told = path.split(separator: "/", omittingEmptySubsequences: false).map {
            Self.mayBeKey($0) ? "…" : $0
        }
        return origin[scheme.upperBound...] + told.joined(separator: "/")
    }

    /// Whether what stands between two slashes of a path is left out: what has more than twelve octets, and
    /// what has six or more, a digit and a letter among them.
    private static func mayBeKey(_ word: Substring) -> Bool {
        let count = word.utf8.count
        return count > 12
            || count >= 6 && word.contains(where: \.isNumber) && word.contains(where: \.isLetter)
    }

    /// The host that an address names, with its port.
    static func host(of url: String) -> String? {
        for scheme in ["http://", "https://"] where url.lowercased().hasPrefix(scheme) {
            let authority = url.dropFirst(scheme.count).prefix { $0 != "/" && $0 != "?" }
            let host = authority.split(separator: "@").last.map(String.init) ?? ""
            return host.isEmpty ? nil : host
        }
        return nil
    }
}

/// A header field.
public struct HTTPField: Hashable, Sendable {
    /// Compare it without regard to case.
    public var name: String
    /// Without white space around it.
    public var value: String

    /// A field.
    public init(_ name: String, _ value: String) { (self.name, self.value) = (name, value) }
}

/// What the other server answered.
public struct HTTPReply: Hashable, Sendable {
    /// 200, 404 …
    public var status: Int
    /// In the order they came.
    public var headers: [HTTPField]
    /// The whole body.
    public var body: [UInt8]

    /// An answer.
    public init(status: Int, headers: [HTTPField] = [], body: [UInt8] = []) {
        (self.status, self.headers, self.body) = (status, headers, body)
    }

    /// The first field of that name, in any case.
    public subscript(name: String) -> String? { values(name).first }

    /// All fields of that name, in any case.
    public func values(_ name: String) -> [String] {
        headers.filter { $0.name.lowercased() == name.lowercased() }.map(\.value)
    }
}

/// Why there is no answer.
public enum FetchError: Error, Hashable, Sendable {
    /// The URL is none of HTTP's.
    case malformedURL(String)
    /// Nobody knows the host's address.
    case unresolved(host: String)
    /// Nobody listens there. Here and below, a place is host, port and path, without what may be a secret.
    case refused(place: String)
    /// No whole answer in time.
    case timedOut(place: String)
    /// The server's certificate is not trusted, or TLS failed.
    case certificate(place: String, reason: String)
    /// The task that asked was cancelled.
    case cancelled(place: String)
    /// The body is longer than 256 KB.
    case tooLarge(place: String)
    /// Something else, in libcurl's words.
    case failed(place: String, reason: String)
}

extension FetchError: CustomStringConvertible {
    /// One line that names the place, and nothing of user, query, headers or what of its path may be a key.
    public var description: String {
        switch self {
        case .malformedURL: "not an http or https URL"
        case .unresolved(let host): "no address is known for \(host)"
        case .refused(let place): "\(place) refuses connections"
        case .timedOut(let place): "\(place) did not answer in time"
        case .certificate(let place, let reason): "TLS with \(place): \(reason)"
        case .cancelled(let place): "nobody waits for \(place) any more"
        case .tooLarge(let place): "\(place) answered with more than 256 KB"
        case .failed(let place, let reason): "\(place): \(reason)"
        }
    }
}
