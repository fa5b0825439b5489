import Fetch
import Testing
import WHIP

@testable import Recording

/// Why a WHEP server's room is not recorded: who was asked is named.
@Suite struct RefusingServerTests {
    struct Case: CustomTestStringConvertible {
        let error: RecordingError
        let reason: String

        var testDescription: String { reason }
    }

    static let cases = [
        Case(
            error: .endpoint(.refused(status: 404, sentence: "no such room", retryAfter: nil)),
            reason: "h.test:3000: the endpoint answered 404: no such room"),
        Case(
            error: .endpoint(.unauthorized(status: 401, hadToken: false)),
            reason: "h.test:3000: the endpoint wants a token (401)"),
        Case(
            error: .endpoint(.unreachable(.refused(place: "h.test:3000/rooms/demo/whep"))),
            reason: "h.test:3000/rooms/demo/whep refuses connections"),
        Case(error: .system("too many open files"), reason: "too many open files"),
    ]

    @Test(arguments: cases) func `its host and port are in the reason, once`(known: Case) {
        #expect(known.error.reason(of: "h.test:3000") == known.reason)
        #expect(known.error.reason(of: nil) == known.error.description)
    }

    @Test func `a session that a server ends names it too, and nothing else that is told does`() {
        let ended = RecordingEvent.interrupted(reason: "it has ended", isFinal: false)
        #expect(
            ended.naming("h.test:3000")
                == .interrupted(reason: "h.test:3000: it has ended", isFinal: false))
        let failed = RecordingEvent.interrupted(reason: "no container holds it", isFinal: true)
        #expect(failed.naming("h.test:3000") == failed)
        #expect(RecordingEvent.stalled(true).naming("h.test:3000") == .stalled(true))
    }
}
