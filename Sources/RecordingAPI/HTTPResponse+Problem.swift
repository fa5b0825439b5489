import Recording
import WHIP
import Web

extension HTTPRequest {
    /// Whether it changes nothing.
    var isReading: Bool { method == .get || method == .head }

    /// What every address ends with that the answer names: the token that came in this one's query,
    /// with its question mark, so that a player who was given one address can follow to all of them.
    var tokenQuery: String {
        guard let token = self[query: "token"], !token.isEmpty,
            token.utf8.allSatisfy({ $0.isTokenOctet })
        else { return "" }
        return "?token=" + token
    }
}

extension UInt8 {
    /// Whether it can be in a token as a URL writes it: of three parts in base64url with dots between.
    fileprivate var isTokenOctet: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"),
            UInt8(ascii: "."):
            true
        default: false
        }
    }
}

extension HTTPResponse {
    /// A failure in one sentence, as every one here is told.
    static func problem(_ status: Int, _ sentence: String) -> HTTPResponse {
        .json(status, ["detail": sentence])
    }

    /// There is no recording, or no file of one, that is called so.
    static func missing(_ name: String) -> HTTPResponse {
        problem(404, "There is no recording \(name)")
    }

    /// There is nothing to read of a recording that has no file with a part in it.
    ///
    /// - Parameter recordings: What tells how it stands, where there is one of that name.
    static func absent(_ name: String, of recordings: Recordings) async -> HTTPResponse {
        guard let status = await recordings.status(name) else { return .missing(name) }
        let reason = status.reason.map { ": \($0)" } ?? ""
        switch (status.progress.state, status.hasBegun) {
        case (.stopped, true): return .missing(name)  // deleted since
        case (.stopped, false): return problem(404, "\(name): nothing was recorded\(reason)")
        case (.connecting, true), (.recording, true), (.waiting, true):
            return problem(404, "\(name): there is nothing to read of it now\(reason)")
        case (.connecting, false), (.recording, false), (.waiting, false):
            return problem(404, "\(name): nothing has been recorded of it yet\(reason)")
        }
    }

    /// The path means nothing.
    static let nothing = problem(404, "There is nothing here")
    /// Too much is asked for at once, or there is no thread that could see to it.
    static func busy(_ error: WorkQueue.Busy) -> HTTPResponse {
        problem(503, error.failure.map { "\($0): ask again" } ?? "The disk is busy: ask again")
    }

    /// What is asked of sessions that a recording elsewhere has to have first.
    static let sessionless = problem(
        501,
        "There are no live sessions here: POST /api/recording/start takes the source itself, and"
            + " /hls/{name}/index.m3u8 plays what is recorded")

    /// The path is right, and what is to be done with it is not (RFC 9110 §15.5.6).
    static func notAllowed(_ methods: [HTTPMethod]) -> HTTPResponse {
        let names = methods.map(\.name).joined(separator: ", ")
        var response = problem(405, "This takes \(names)")
        response.headers.append(("allow", names))
        return response
    }

    /// A source that would have something of this machine's opened for who asks.
    static func local(_ name: String) -> HTTPResponse {
        problem(
            400,
            "\(name): source must be an rtsp://, rtsps://, http:// or https:// URL, and no file")
    }

    /// What was given as a token cannot be one; it is not repeated.
    static let malformedToken = problem(
        400, "bearer is a token of 1 to 8192 visible characters of ASCII, without Bearer before it")

    /// Why a recording was not started or stopped.
    static func refusal(_ error: RecordingError, of name: String) -> HTTPResponse {
        let sentence = "\(name): \(error)"
        guard case .alreadyRecorded(let other) = error else {
            return problem(error.status, sentence)
        }
        return .json(error.status, ["detail": sentence, "recording_id": other])
    }
}

extension RecordingError {
    /// Whose fault it is: the caller's, the source's, or this machine's.
    fileprivate var status: Int {
        switch self {
        case .malformedName, .malformedRoom, .unsupportedSource, .undescribedRTP, .malformedURL,
            .unreadable, .sessionDescription:
            400
        case .notActive: 404
        case .alreadyActive, .alreadyRecorded: 409
        case .endpoint, .answer: 502
        case .folderInUse, .system: 500
        }
    }
}
