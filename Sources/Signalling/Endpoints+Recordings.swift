public import Web

/// Who answers what is asked of recordings, on a server that makes any.
public struct RecordingRoutes: Sendable {
    /// Answers what lies under `/api/v1/recordings`, `/recordings` and `/hls`. A `token` in the query of
    /// what it is given goes into every address that it answers with.
    public var respond: @Sendable (HTTPRequest) async -> HTTPResponse
    /// What Prometheus reads of them.
    public var metrics: @Sendable () async -> String
    /// Whether a call asks for a file of a page alone, which says nothing of any recording.
    public var isPage: @Sendable (HTTPRequest) -> Bool
    /// The one recording that a call reads; `nil` where it changes something, or is about others too.
    public var recordingRead: @Sendable (HTTPRequest) -> String?
    /// Another recording that a call may be read as being about: that of the one file it names. Asked for
    /// callers whose token is good and for another recording than `recordingRead` says.
    public var fileRead: @Sendable (HTTPRequest) async -> String?

    /// Routes by these answers; without the last three every call wants a token that opens all.
    public init(
        respond: @escaping @Sendable (HTTPRequest) async -> HTTPResponse,
        metrics: @escaping @Sendable () async -> String,
        isPage: @escaping @Sendable (HTTPRequest) -> Bool = { _ in false },
        recordingRead: @escaping @Sendable (HTTPRequest) -> String? = { _ in nil },
        fileRead: @escaping @Sendable (HTTPRequest) async -> String? = { _ in nil }
    ) {
        (self.respond, self.metrics) = (respond, metrics)
        (self.isPage, self.recordingRead, self.fileRead) = (isPage, recordingRead, fileRead)
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
    /// Recordings are of any room, and are listed together: that wants a token that opens all, and so
    /// does what changes them. Who has one may hand on addresses that read a single one.
    func recordings(_ request: HTTPRequest) async throws(Refused) -> HTTPResponse {
        var request = request
        if recordings?.isPage(request) != true { try await authorize(&request) }
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

    /// - Parameter request: Has in its query, when this returns, the token for the answer's addresses.
    private func authorize(_ request: inout HTTPRequest) async throws(Refused) {
        let asked = request
        guard let recording = recordings?.recordingRead(asked) else {
            return try authorize { authority throws(TokenError) in
                try authority.requireAdmin(of: asked)
            }
        }
        guard asked.segments.last == "download-url" else {
            return try await authorizeReading(of: recording, asked)
        }
        let seconds = asked[query: "expires_in"].map { Int64($0) } ?? Self.linkSeconds
        guard let seconds, Self.linkRange.contains(seconds) else {
            throw .badRequest("expires_in must be from 60 to 604800 seconds")
        }
        var link: String?
        try authorize { authority throws(TokenError) in
            link = try authority.link(to: recording, lasting: seconds, for: asked)
        }
        request.query.removeAll { $0.name == "token" }
        if let link { request.query.append(("token", link)) }
    }

    private func authorizeReading(
        of recording: String, _ asked: HTTPRequest
    ) async throws(Refused) {
        do throws(TokenError) { try authority.requireReading(of: recording, of: asked) } catch {
            guard error == .otherRecording, let other = await recordings?.fileRead(asked) else {
                throw Refused(error)
            }
            try authorize { authority throws(TokenError) in
                try authority.requireReading(of: other, of: asked)
            }
        }
    }

    private static let linkSeconds: Int64 = 3600
    /// A minute to a week.
    private static let linkRange: ClosedRange<Int64> = 60...604_800
}
