import Fetch
import Reactor
import WHIP
import WebRTC

// Rooms of WHEP servers, which are asked again when they end a session.

extension Recordings {
    /// Begins to ask a server for a session, and is not held up by it.
    func startAsking(_ order: RecordingOrder) throws(RecordingError) {
        add(order, RunningSource {})
        let isAsked = errands.asking.run { [weak self] in
            await self?.ask(order, isAgain: false)
        }
        guard !isAsked else { return }
        entries[order.name] = nil
        throw .system("too many servers are being asked")
    }

    /// Why there is no session, and who was asked for it.
    private struct Refusal: Error {
        let error: RecordingError
        let server: String?

        var reason: String { error.reason(of: server) }
    }

    private func startWatching(_ order: RecordingOrder) async throws(Refusal) -> RunningSource {
        var request: WatchRequest
        do throws(RecordingError) {
            request = try WatchRequest(order.source, bearer: order.request.bearer)
        } catch { throw Refusal(error: error, server: nil) }
        do throws(RecordingError) {
            let accepted = try await request.negotiate()
            return try watch(order, request, accepted)
        } catch {
            await Self.release(request.session)
            throw Refusal(error: error, server: request.session.server)
        }
    }

    /// Records a session that stands, on a loop of its own.
    private func watch(
        _ order: RecordingOrder, _ request: WatchRequest, _ accepted: Offer.Accepted
    ) throws(RecordingError) -> RunningSource {
        let again = errands.asking
        do {
            let loop = try startStreamLoop(
                name: "recorder", configuration: LoopConfiguration(listen: Self.anywhere),
                makeEngine: {
                    try request.makeRecorder(accepted, options: order.options, clock: order.clock)
                },
                onEvent: { [weak self, server = request.session.server] event in
                    order.recording.take(event.naming(server))
                    guard case .interrupted(_, isFinal: false, _) = event else { return }
                    let isAsked = again.run { [weak self] in await self?.ask(order, isAgain: true) }
                    guard !isAsked else { return }
                    order.recording.take(
                        .interrupted(reason: "too many servers are being asked", isFinal: true))
                })
            return RunningSource(loop, feeding: order.recording, session: request.session)
        } catch {
            throw .system("\(error)")
        }
    }

    /// A server is asked for a session until there is one, or nobody wants it any more. Of the session
    /// before, which it has ended, it is told meanwhile that it is over: what it takes to answer that is no
    /// gap in the recording.
    private func ask(_ order: RecordingOrder, isAgain: Bool) async {
        guard let lost = entries[order.name], lost.recording === order.recording else { return }
        await lost.source.close()
        letGo(of: lost.source.session)
        var delay = isAgain ? Self.delay(before: 0, after: nil) : .zero
        for attempt in 1... {
            let hasSlept = (try? await Task.sleep(for: delay)) != nil
            guard hasSlept, isWanted(order) else { return }
            do throws(Refusal) {
                let next = try await startWatching(order)
                guard isWanted(order) else {
                    await next.close()
                    return letGo(of: next.session)
                }
                return add(order, next)
            } catch {
                guard isWanted(order) else { return }
                order.recording.take(
                    .interrupted(
                        reason: error.reason, isFinal: false,
                        isAwaited: error.error.isOfAbsence))
                delay = Self.delay(before: attempt, after: error.error)
            }
        }
    }

    /// Whether it has not been stopped, nor another of its name begun.
    func isWanted(_ order: RecordingOrder) -> Bool {
        entries[order.name]?.recording === order.recording
    }

    /// At once, but not all recordings of a server at once; then ever more patiently. Where nobody sends
    /// yet, somebody may at any moment; a token that is refused is not tried often.
    private static func delay(before attempt: Int, after error: RecordingError?) -> Duration {
        guard attempt > 0 else { return .seconds(.random(in: 0...0.5)) }
        if let error, !error.isTransient { return .seconds(60) }
        let longest = error?.isOfAbsence == true ? 4 : 30
        return .seconds(Double(min(1 << min(attempt - 1, 5), longest)) * .random(in: 0.5...1.5))
    }

    /// Has the server forget a session while other things go on; where too many are being let go of,
    /// it forgets by itself.
    private func letGo(of session: WHIPSession?) {
        guard let session else { return }
        errands.leaving.run { await Self.release(session) }
    }

    /// Has the server forget a session. It forgets by itself as well, later.
    static func release(_ session: WHIPSession?) async {
        guard let call = session?.end() else { return }
        _ = try? await Fetcher(timeout: .seconds(2)).send(call)
    }
}

extension RecordingError {
    /// One sentence that names the server which was asked, where it is about one.
    ///
    /// - Parameter server: Its host and port.
    func reason(of server: String?) -> String {
        switch self {
        case .endpoint(.unreachable): description  // names it, or says that the endpoint is no URL
        case .endpoint, .answer: server.map { "\($0): \(description)" } ?? description
        case .alreadyActive, .alreadyRecorded, .notActive, .malformedName, .malformedRoom,
            .unsupportedSource, .undescribedRTP, .unreadable, .sessionDescription, .malformedURL,
            .folderInUse, .system:
            description
        }
    }
}

extension RecordingEvent {
    /// The same, with the server's host and port before why it is away.
    func naming(_ server: String?) -> RecordingEvent {
        guard let server, case .interrupted(let reason, isFinal: false, let isAwaited) = self else {
            return self
        }
        return .interrupted(reason: "\(server): \(reason)", isFinal: false, isAwaited: isAwaited)
    }
}
