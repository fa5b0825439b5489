import RTSP
import Wire

// Recordings that are there from the start on: all of a list are shown before any of it begins, and what
// keeps one from beginning is waited out.

/// Which of several recordings can never be, and why.
public struct ListedError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Its place in the list, from 1 on.
    public let number: Int
    /// What it is called.
    public let name: String
    /// What is wrong with it.
    public let reason: RecordingError

    /// One sentence.
    public var description: String { "camera \(number) of the list, \"\(name)\": \(reason)" }
}

extension Recordings {
    /// Takes a list on: each of it is told of as `connecting`, and nothing is opened for it before
    /// `beginExpected`. The folder is looked through once.
    ///
    /// - Throws: Which of them can never be; then none of them is.
    public func expect(_ requests: [RecordingRequest]) async throws(ListedError) {
        for (index, request) in requests.enumerated() {
            do throws(RecordingError) { try Self.check(request) } catch {
                throw ListedError(number: index + 1, name: request.name, reason: error)
            }
        }
        guard !requests.isEmpty else { return }
        let newest = await home.newestSeconds(of: Set(requests.map(\.name)))
        var names: Set<String> = []
        for (index, name) in requests.map(\.name).enumerated()
        where !isFree(name) || !names.insert(name).inserted {
            throw ListedError(number: index + 1, name: name, reason: .alreadyActive)
        }
        for request in requests {
            let order = order(request, after: newest[request.name])
            add(order, RunningSource {})
            expected.append(order)
        }
    }

    /// Begins with what was taken on and has not been stopped since. What cannot begin yet, because a file
    /// cannot be read or the kernel refuses something, is told of and tried until it is stopped.
    ///
    /// - Throws: Which of them can never be; those behind it have not begun.
    public func beginExpected() async throws(ListedError) {
        let orders = expected
        expected = []
        for (index, order) in orders.enumerated() where isWanted(order) {
            do throws(RecordingError) { try await begin(order) } catch {
                guard isWanted(order) else { continue }
                guard !error.isOfRequest else {
                    throw ListedError(number: index + 1, name: order.name, reason: error)
                }
                waitOut(error, order)
            }
        }
    }

    /// Has these started again, once they have been stopped, by their names alone: nobody else may name their
    /// sources, nor the tokens for them. Each is then patient.
    public func know(_ requests: [RecordingRequest]) {
        for var request in requests {
            request.isPatient = true
            known[request.name] = request
        }
    }

    /// What was said with `know` of that name.
    public func known(_ name: String) -> RecordingRequest? { known[name] }

    /// Whether `know` was told of it and it does not run now: it can be started by its name alone.
    public func isStartable(_ name: String) -> Bool { known[name] != nil && isFree(name) }

    /// All that can be started by their names alone, in the order of these.
    public func startable() -> [String] { known.keys.filter(isFree).sorted() }

    /// - Throws: What can never be of a request, before anything is opened for it.
    public static func check(_ request: RecordingRequest) throws(RecordingError) {
        guard RecordingName.isWellFormed(request.name) else { throw .malformedName }
        guard try RecordingSource(request.source) == .camera else { return }
        do throws(ParseError) { _ = try camera(request.source) } catch {
            throw .malformedURL(RTSPURL.reason(error))
        }
    }

    func waitOut(_ error: RecordingError, _ order: RecordingOrder) {
        add(order, RunningSource {})
        order.recording.take(.interrupted(reason: error.description, isFinal: false))
        let isTried = errands.asking.run { [weak self] in await self?.beginAgain(order) }
        guard !isTried else { return }
        order.recording.take(.interrupted(reason: "too much is being waited for", isFinal: true))
    }

    /// A file that can be read now, and not yet be understood, may still be being written.
    private func beginAgain(_ order: RecordingOrder) async {
        for attempt in 0... {
            let delay = Duration.seconds(1 << min(attempt, 3))
            guard (try? await Task.sleep(for: delay)) != nil, isWanted(order) else { return }
            do throws(RecordingError) { return try await begin(order) } catch {
                let isNews = order.recording.progress.snapshot.lastFailure != error.description
                guard isNews, isWanted(order) else { continue }
                order.recording.take(.interrupted(reason: error.description, isFinal: false))
            }
        }
    }
}
