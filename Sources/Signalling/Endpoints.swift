import SFU
public import Sluice
public import Web

/// The HTTP face of a `MediaServer`: rooms and peers as JSON, WHIP, WHEP, events, metrics.
///
/// A pure translation: requests become calls of the server, its answers and errors become
/// responses. `respond` is what a `WebServer` is given.
public struct Endpoints: Sendable {
    let server: MediaServer
    let authority: Authority
    let clock: @Sendable () -> Int64  // milliseconds since 1970
    let iceServers: [String]
    let files: [String: StaticFile]
    let recordings: RecordingRoutes?

    /// - Parameters:
    ///   - server: What the calls are made on.
    ///   - authority: Who may call what.
    ///   - clock: The wall clock, in milliseconds since 1970.
    ///   - iceServers: URLs (`stun:`, `turn:`) that WHIP and WHEP answers name in `Link` headers.
    ///   - files: What is served to browsers, by path; `/` among them.
    ///   - recordings: Who answers for recordings, where any are made.
    public init(
        server: MediaServer, authority: Authority, clock: @escaping @Sendable () -> Int64,
        iceServers: [String] = [], files: [String: StaticFile] = [:],
        recordings: RecordingRoutes? = nil
    ) {
        (self.server, self.authority, self.clock) = (server, authority, clock)
        (self.iceServers, self.files, self.recordings) = (iceServers, files, recordings)
    }

    /// Answers one request; every failure is a response with a sentence.
    public func respond(to request: HTTPRequest) async -> HTTPResponse {
        var response: HTTPResponse
        do {
            response = try await route(request)
        } catch {
            response = error.response
        }
        if let origin = authority.origins.admitted(request) {
            response.headers.append(("access-control-allow-origin", origin))
        }
        response.headers += Self.crossOrigin
        return response
    }

    private func route(_ request: HTTPRequest) async throws(Refused) -> HTTPResponse {
        try authority.origins.check(request)
        if request.method == .options { return Self.preflight }
        let path = request.segments.map(String.init)
        switch (request.method, path.first, path.count) {
        case (.get, "health", 1), (.head, "health", 1): return health()
        case (.get, "metrics", 1): return try await metrics(request)
        case (.get, "rooms", 1): return try await rooms(request)
        case _ where RecordingRoutes.contain(path): return try await recordings(request)
        case (_, "rooms", 2...): return try await route(request, room: path[1], path.dropFirst(2))
        case (_, "health", 1), (_, "metrics", 1), (_, "rooms", 1): throw .methodNotAllowed("GET")
        case (.get, _, _), (.head, _, _): return try file(request)
        default: throw .notFound
        }
    }

    private func route(
        _ request: HTTPRequest, room: String, _ path: ArraySlice<String>
    ) async throws(Refused) -> HTTPResponse {
        let path = Array(path)
        if let kind = path.first.flatMap(SessionKind.init(verb:)) {
            return try await route(request, room: room, kind, path.dropFirst())
        }
        switch (request.method, path.first, path.count) {
        case (.get, nil, 0): return try await roomDetail(request, room: room)
        case (.get, "events", 1): return try await events(request, room: room)
        case (.post, "peers", 1): return try await join(request, room: room)
        case (.post, "peers", 3) where path[2] == "leave":
            return try await leave(request, room: room, peer: path[1])
        case (_, nil, 0), (_, "events", 1): throw .methodNotAllowed("GET")
        case (_, "peers", 1): throw .methodNotAllowed("POST")
        case (_, "peers", 3) where path[2] == "leave": throw .methodNotAllowed("POST")
        default: throw .notFound
        }
    }

    private func route(
        _ request: HTTPRequest, room: String, _ kind: SessionKind, _ path: ArraySlice<String>
    ) async throws(Refused) -> HTTPResponse {
        switch (request.method, path.first, path.count) {
        case (.post, nil, 0):
            return switch kind {
            case .publication: try await publish(request, room: room)
            case .subscription: try await subscribe(request, room: room)
            }
        case (.patch, let session?, 1):
            return try await patch(request, room: room, session: session, kind)
        case (.delete, let session?, 1):
            return try await end(request, room: room, session: session, kind)
        case (_, nil, 0): throw .methodNotAllowed("POST")
        case (_, _, 1): throw .methodNotAllowed("PATCH, DELETE")
        default: throw .notFound
        }
    }

    private func file(_ request: HTTPRequest) throws(Refused) -> HTTPResponse {
        guard let file = files[request.path] else { throw .notFound }
        return HTTPResponse(status: 200, headers: file.headers, body: .bytes(file.bytes))
    }

    private static let preflight = HTTPResponse(
        status: 204,
        headers: [
            ("access-control-allow-methods", "GET, POST, PATCH, DELETE, OPTIONS"),
            (
                "access-control-allow-headers",
                "authorization, content-type, if-match, accept, range"
            ),
            ("access-control-max-age", "86400"), ("accept-post", "application/sdp"),
        ])

    private static let crossOrigin = [
        (name: "vary", value: "origin"),
        (
            name: "access-control-expose-headers",
            value: "location, etag, link, accept-patch, retry-after, content-range"
        ),
        // An address may hold a token.
        (name: "referrer-policy", value: "no-referrer"),
    ]
}

/// A file of the web page, held in memory.
public struct StaticFile: Sendable {
    /// What it is answered with, `content-type` among them.
    public var headers: [(name: String, value: String)]
    /// The whole content.
    public var bytes: [UInt8]

    /// A file by its content.
    public init(headers: [(name: String, value: String)], bytes: [UInt8]) {
        (self.headers, self.bytes) = (headers, bytes)
    }
}
