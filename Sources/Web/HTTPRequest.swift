/// One HTTP request, whole.
public struct HTTPRequest: Sendable {
    /// What is wanted.
    public var method: HTTPMethod
    /// The target's path, percent-decoded exactly once, without `.` and `..` segments. Never
    /// decode it again: `%252e` has become `%2e` and means just that.
    public var path: String
    /// Names and values after the `?`, decoded, in their order.
    public var query: [(name: String, value: String)]
    /// The headers the house looks at.
    public var headers: HTTPHeaders
    /// The body, within the server's limit.
    public var body: [UInt8]
    /// The caller's address as text, without its port.
    public var remote: String

    /// A request as a test or an embedder makes it.
    public init(
        method: HTTPMethod,
        path: String,
        query: [(name: String, value: String)] = [],
        headers: HTTPHeaders = [:],
        body: [UInt8] = [],
        remote: String = "127.0.0.1"
    ) {
        (self.method, self.path, self.query) = (method, path, query)
        (self.headers, self.body, self.remote) = (headers, body, remote)
    }

    /// The path's segments, without empty ones: `/rooms/demo/` is `["rooms", "demo"]`.
    public var segments: [Substring] { path.split(separator: "/") }

    /// The first value called `name` in the query; empty when it stands there without one.
    public subscript(query name: String) -> String? {
        query.first { $0.name == name }?.value
    }

    /// Whether it is sent to an address or to `localhost`, and not to a name that anybody may have given this
    /// machine: the pages of such a name would pass for the server's own (DNS rebinding).
    ///
    /// True also without a `Host`, which every browser sends.
    public var isToAddress: Bool {
        guard let host = headers[.host] else { return true }
        if host.hasPrefix("[") { return true }
        let name = host.prefix { $0 != ":" }.lowercased()
        let isLiteral = name.split(separator: ".", omittingEmptySubsequences: false)
            .allSatisfy { UInt8($0) != nil }
        return isLiteral || name == "localhost" || name.hasSuffix(".localhost")
    }

    /// The body as text, or `nil` when it is not UTF-8.
    public var text: String? { String(validating: body, as: UTF8.self) }

    /// The token of `Authorization: Bearer …` (RFC 6750 §2.1), or `nil`.
    public var bearerToken: Substring? {
        guard let value = headers[.authorization] else { return nil }
        let parts = value.split(separator: " ", omittingEmptySubsequences: true)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else { return nil }
        return parts[1]
    }
}
