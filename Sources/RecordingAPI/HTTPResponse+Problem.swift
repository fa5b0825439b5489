import Recording
import WHIP
import Web

extension HTTPRequest {
    /// Whether it changes nothing.
    var isReading: Bool { method == .get || method == .head }
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

    /// The path means nothing.
    static let nothing = problem(404, "There is nothing here")
    /// Too much is asked for at once.
    static let busy = problem(503, "The disk is busy: ask again")

    /// The path is right, and what is to be done with it is not (RFC 9110 §15.5.6).
    static func notAllowed(_ methods: [HTTPMethod]) -> HTTPResponse {
        let names = methods.map(\.name).joined(separator: ", ")
        var response = problem(405, "This takes \(names)")
        response.headers.append(("allow", names))
        return response
    }

    /// Why a recording was not started or stopped.
    static func refusal(_ error: RecordingError, of name: String) -> HTTPResponse {
        problem(error.status, "\(name): \(error.sentence)")
    }
}

extension RecordingError {
    /// Whose fault it is: the caller's, the source's, or this machine's.
    fileprivate var status: Int {
        switch self {
        case .malformedName, .malformedRoom, .unsupportedSource, .malformedURL, .unreadable,
            .sessionDescription:
            400
        case .endpoint(.unreachable(.malformedURL)): 400
        case .endpoint(.refused(status: 404, _, _)): 404
        case .notActive: 404
        case .alreadyActive: 409
        case .endpoint, .answer: 502
        case .system: 500
        }
    }

    fileprivate var sentence: String {
        if case .endpoint(.refused(status: 404, _, _)) = self {
            return "No active stream found: \(description)"
        }
        return description
    }
}
