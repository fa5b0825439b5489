import SFU
import Web

/// Why a request is answered with an error: a status and one sentence.
struct Refused: Error, Equatable {
    let status: Int
    let sentence: String
    var headers: [String: String] = [:]

    static let notFound = Refused(status: 404, sentence: "There is nothing here")

    static func methodNotAllowed(_ allowed: String) -> Refused {
        Refused(
            status: 405, sentence: "This address does not take that method",
            headers: ["allow": allowed])
    }

    /// A call that was made wrongly.
    static func badRequest(_ sentence: String) -> Refused {
        Refused(status: 400, sentence: sentence)
    }

    init(status: Int, sentence: String, headers: [String: String] = [:]) {
        (self.status, self.sentence, self.headers) = (status, sentence, headers)
    }

    init(_ error: TokenError) {
        self.init(
            status: error.status, sentence: error.description,
            headers: error.status == 401 ? ["www-authenticate": "Bearer"] : [:])
    }

    init(_ error: SessionError) {
        let status =
            switch error {
            case .roomNotFound, .peerNotFound, .sessionNotFound, .nothingToConsume: 404
            case .peerExists, .malformedName: 400
            case .roomFull, .tooManyRooms, .overloaded, .busy, .stopped: 503
            case .negotiation(let cause): cause.isMalformed ? 400 : 406
            }
        self.init(
            status: status, sentence: error.description,
            headers: status == 503 ? ["retry-after": "5"] : [:])
    }

    var response: HTTPResponse {
        var response = HTTPResponse.json(status, ["error": sentence])
        for (name, value) in headers.sorted(by: { $0.key < $1.key }) {
            response.headers.append((name, value))
        }
        return response
    }
}

extension Endpoints {
    /// Runs a call of the server and turns its error into a refusal.
    func attempt<T>(
        _ body: () async throws(SessionError) -> T
    ) async throws(Refused) -> T {
        do { return try await body() } catch { throw Refused(error) }
    }

    /// Runs a check of authority and turns its error into a refusal.
    func authorize(_ check: (Authority) throws(TokenError) -> Void) throws(Refused) {
        do { try check(authority) } catch { throw Refused(error) }
    }
}
