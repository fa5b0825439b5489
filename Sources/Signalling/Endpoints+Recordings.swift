public import Web

/// Who answers what is asked of recordings, on a server that makes any.
public struct RecordingRoutes: Sendable {
    /// Answers what lies under `/api/v1/recordings`, `/recordings` and `/hls`.
    public var respond: @Sendable (HTTPRequest) async -> HTTPResponse
    /// What Prometheus reads of them.
    public var metrics: @Sendable () async -> String

    /// Routes by both answers.
    public init(
        respond: @escaping @Sendable (HTTPRequest) async -> HTTPResponse,
        metrics: @escaping @Sendable () async -> String
    ) {
        (self.respond, self.metrics) = (respond, metrics)
    }

    /// Whether a path is one of theirs.
    static func contain(_ path: [String]) -> Bool {
        switch path.first {
        case "recordings", "hls": true
        case "api": path.starts(with: ["api", "v1", "recordings"])
        default: false
        }
    }
}

extension Endpoints {
    /// Recordings are of any room, and are listed together: they want a token that opens all.
    func recordings(_ request: HTTPRequest) async throws(Refused) -> HTTPResponse {
        try authorize { authority throws(TokenError) in try authority.requireAdmin(of: request) }
        guard let recordings else {
            throw Refused(
                status: 404, sentence: "Nothing is recorded here: start sfu with --recordings DIR")
        }
        let isReading = request.method == .get || request.method == .head
        guard isReading || authority.origins.admitted(request) != nil else {
            throw Refused(status: 403, sentence: "Another site's page may not do this")
        }
        return await recordings.respond(request)
    }
}
