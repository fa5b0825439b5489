import Synchronization
import WHIP

/// How one relay stands, for whoever asks, and what it wants of its server. The engine's thread tells
/// it what happens, the relay's task what comes of its calls.
final class RelayProgress: Sendable {
    /// Something that is away or wrong.
    private struct Trouble {
        let reason: String
        let isFinal: Bool
    }

    private struct State {
        var sourceTrouble: Trouble?
        var serverTrouble: Trouble?
        var isPublished = false
        var hasPublished = false
        var hasEnded = false
        var republications: UInt64 = 0
        var wanted: RelayFormat?  // what the source has
        var agreed: RelayFormat?  // what the session was agreed on for that stands
        var session: RelaySession?
        var resource: WHIPSession?
    }

    /// One element whenever there is something to agree on with the server.
    let wishes: AsyncStream<Void>

    private let wish: AsyncStream<Void>.Continuation
    private let state = Mutex(State())
    private let isPatient: Bool
    private let report: @Sendable (RunningRelay.Report) -> Void

    init(isPatient: Bool, report: @escaping @Sendable (RunningRelay.Report) -> Void) {
        (self.isPatient, self.report) = (isPatient, report)
        (wishes, wish) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    var republications: UInt64 { state.withLock { $0.republications } }
    var session: RelaySession? { state.withLock { $0.session } }

    var condition: RelayCondition {
        state.withLock { state in
            if state.hasEnded { return .ended }
            let troubles = [state.sourceTrouble, state.serverTrouble].compactMap { $0 }
            if let final = troubles.first(where: \.isFinal) { return .failed(reason: final.reason) }
            if let trouble = troubles.first { return .waiting(reason: trouble.reason) }
            return state.isPublished ? .publishing : .connecting
        }
    }

    /// Takes an engine's event, on its thread.
    func take(_ event: RelayEvent) {
        switch event {
        case .ready(let format): want(format)
        case .resumed: state.withLock { $0.sourceTrouble = nil }
        case .connected: connected()
        case .silent(let isSilent): fellSilent(isSilent)
        case .unpublished(let reason): unpublished("\(reason)")
        case .interrupted(let reason, let isTransient):
            let trouble = trouble(reason, isTransient: isTransient)
            state.withLock { $0.sourceTrouble = trouble }
            tell(trouble)
        case .unsuitable(let reason):
            let trouble = Trouble(reason: reason, isFinal: true)
            state.withLock { $0.sourceTrouble = trouble }
            tell(trouble)
        case .finished:
            state.withLock { $0.hasEnded = true }
            report(.ended)
        case .samplesWanted: return
        case .note(let text): report(.note(text))
        }
    }

    /// The engine's thread has ended, for this reason of the kernel's: nothing comes of it any more.
    func broke(_ reason: String) {
        let trouble = Trouble(reason: reason, isFinal: true)
        state.withLock { $0.sourceTrouble = trouble }
        tell(trouble)
        finish()
    }

    /// No session is wanted any more.
    func finish() {
        state.withLock { $0.wanted = nil }
        wish.finish()
    }
}

// MARK: The server

extension RelayProgress {
    /// What is to be offered to the server now; `nil` when a session for it stands, or none is wanted.
    var offered: RelayFormat? {
        state.withLock { $0.wanted == $0.agreed ? nil : $0.wanted }
    }

    /// The session that the server keeps for us and that is to be ended, once.
    func takeResource() -> WHIPSession? {
        state.withLock { state in
            defer { (state.resource, state.session, state.agreed) = (nil, nil, nil) }
            return state.resource
        }
    }

    /// The server keeps a session for us, of whatever use it is.
    func opened(_ resource: WHIPSession) { state.withLock { $0.resource = resource } }

    /// The engine has begun a session for this format.
    func agreed(on format: RelayFormat, _ session: RelaySession) {
        state.withLock { ($0.agreed, $0.session) = (format, session) }
    }

    /// There is no session, for this reason.
    ///
    /// - Returns: Whether another attempt is worth it.
    func refused(_ reason: String, isTransient: Bool) -> Bool {
        let trouble =
            isTransient
            ? trouble(reason, isTransient: true) : Trouble(reason: reason, isFinal: true)
        state.withLock { $0.serverTrouble = trouble }
        tell(trouble)
        return !trouble.isFinal
    }

    private func want(_ format: RelayFormat) {
        state.withLock { ($0.wanted, $0.sourceTrouble) = (format, nil) }
        wish.yield()
    }

    private func connected() {
        state.withLock { ($0.isPublished, $0.hasPublished, $0.serverTrouble) = (true, true, nil) }
        report(.note("published"))
    }

    private func fellSilent(_ isSilent: Bool) {
        let trouble = isSilent ? Trouble(reason: Self.silence, isFinal: false) : nil
        state.withLock { $0.serverTrouble = trouble }
        if let trouble { tell(trouble) } else { report(.note("the server is heard again")) }
    }

    private func unpublished(_ reason: String) {
        let trouble = trouble(
            "the session with the server has ended: \(reason)", isTransient: true)
        state.withLock { state in
            (state.agreed, state.session, state.isPublished) = (nil, nil, false)
            state.republications += 1
            state.serverTrouble = trouble
        }
        tell(trouble)
        if !trouble.isFinal { wish.yield() }
    }

    /// What has never worked is more likely mistaken than away.
    private func trouble(_ reason: String, isTransient: Bool) -> Trouble {
        let isKnown = isPatient || state.withLock { $0.hasPublished }
        return Trouble(reason: reason, isFinal: !isKnown || (!isTransient && isPatient))
    }

    private func tell(_ trouble: Trouble) {
        report(trouble.isFinal ? .failed(trouble.reason) : .waiting(trouble.reason))
    }

    private static let silence = "the server has said nothing for five seconds"
}
