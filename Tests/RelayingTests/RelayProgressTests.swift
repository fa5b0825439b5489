import Fetch
import Synchronization
import Testing
import WHIP

@testable import Relaying

/// How a relay stands while its camera and its server come and go, each for itself.
@Suite struct RelayProgressTests {
    static let silent = RelayFormat(profileLevelID: "42e01f", hasSound: false)
    static let sounding = RelayFormat(profileLevelID: "42e01f", hasSound: true)
    static let session = RelaySession(id: "1", trackName: "picture")

    /// What was told, in order.
    private final class Words: Sendable {
        let all = Mutex<[String]>([])

        func take(_ report: RunningRelay.Report) {
            let word =
                switch report {
                case .note(let text): "note " + text
                case .waiting(let reason): "waiting " + reason
                case .failed(let reason): "failed " + reason
                case .ended: "ended"
                }
            all.withLock { $0.append(word) }
        }
    }

    /// A session that an endpoint has granted.
    private static func granted(_ path: String) throws -> WHIPSession {
        var session = WHIPSession(endpoint: "http://server/whip", bearer: nil, offer: "v=0")
        let reply = HTTPReply(
            status: 201,
            headers: [HTTPField("location", path), HTTPField("content-type", "application/sdp")],
            body: [0x76])
        #expect(session.receive(.success(reply)) == .answered("v"))
        return session
    }

    /// A relay that publishes.
    private static func published(
        isPatient: Bool = false, _ words: Words = Words()
    ) throws -> RelayProgress {
        let progress = RelayProgress(isPatient: isPatient) { words.take($0) }
        #expect(progress.condition == .connecting && progress.offered == nil)
        progress.take(.resumed)
        progress.take(.ready(silent))
        #expect(progress.offered == silent)
        progress.opened(try granted("/1"))
        progress.agreed(on: silent, session)
        progress.take(.connected)
        #expect(progress.condition == .publishing && progress.offered == nil)
        return progress
    }

    @Test func `a source that becomes another asks for another session, and the old one is ended`()
        throws
    {
        let progress = try Self.published()
        progress.take(.ready(Self.sounding))
        #expect(progress.offered == Self.sounding)
        #expect(progress.takeResource()?.end()?.url == "http://server/1")
        #expect(progress.takeResource() == nil && progress.session == nil)
        progress.opened(try Self.granted("/2"))
        progress.agreed(on: Self.sounding, Self.session)
        #expect(progress.offered == nil && progress.session == Self.session)
        #expect(progress.takeResource()?.end()?.url == "http://server/2")
    }

    @Test func `a silent server is waited for, and said to be`() throws {
        let words = Words()
        let progress = try Self.published(words)
        progress.take(.silent(true))
        #expect(
            progress.condition == .waiting(reason: "the server has said nothing for five seconds"))
        progress.take(.silent(false))
        #expect(progress.condition == .publishing)
        progress.take(.silent(true))
        progress.take(.unpublished(.silent))
        #expect(progress.condition.name == "waiting" && progress.offered == Self.silent)
        #expect(progress.republications == 1)
        progress.agreed(on: Self.silent, Self.session)
        progress.take(.connected)
        #expect(progress.condition == .publishing)
        #expect(words.all.withLock { $0.last } == "note published")
    }

    @Test func `camera and server are away each for itself`() throws {
        let progress = try Self.published()
        progress.take(.interrupted(reason: "no camera", isTransient: true))
        progress.take(.unpublished(.remote))
        #expect(progress.condition == .waiting(reason: "no camera"))
        progress.take(.resumed)
        #expect(progress.condition.reason?.hasPrefix("the session with the server") == true)
        progress.take(.interrupted(reason: "no camera", isTransient: true))
        progress.agreed(on: Self.silent, Self.session)
        progress.take(.connected)
        #expect(progress.condition == .waiting(reason: "no camera"))
        progress.take(.resumed)
        #expect(progress.condition == .publishing)
    }

    @Test func `what has never worked has failed, and is said once`() {
        let words = Words()
        let progress = RelayProgress(isPatient: false) { words.take($0) }
        progress.take(.interrupted(reason: "no camera", isTransient: true))
        #expect(progress.condition == .failed(reason: "no camera"))
        #expect(words.all.withLock { $0 } == ["failed no camera"])
    }

    @Test func `one of many waits for what is away, and tries again what fails for good`() {
        let progress = RelayProgress(isPatient: true) { _ in }
        progress.take(.interrupted(reason: "no camera", isTransient: true))
        #expect(progress.condition == .waiting(reason: "no camera"))
        progress.take(.interrupted(reason: "wrong password", isTransient: false))
        #expect(progress.condition == .failed(reason: "wrong password"))
        progress.take(.resumed)
        #expect(progress.condition == .connecting)
        #expect(progress.refused("away", isTransient: true))
        #expect(!progress.refused("no token", isTransient: false))
        #expect(progress.condition == .failed(reason: "no token"))
    }

    @Test func `nothing is wanted of a server after the end`() throws {
        let progress = try Self.published()
        progress.take(.unpublished(.local))
        progress.finish()
        #expect(progress.offered == nil)
        #expect(progress.takeResource()?.end()?.method == "DELETE")
    }
}
