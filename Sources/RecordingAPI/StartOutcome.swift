import Recording
import Web

/// What comes of a start that nothing is wrong with.
enum StartOutcome {
    /// It records, or waits for its source.
    case taken(Recordings.Status)
    /// Nothing is left of it.
    case refused(HTTPResponse)
}

extension Recordings {
    /// Waits for the first octets of what was started.
    func outcome(
        ofStart name: String, within wait: StartWait, _ titles: RecordingTitles
    ) async -> StartOutcome {
        guard let status = await started(name, within: wait.duration) else {
            return .refused(.problem(409, "\(name): it was stopped meanwhile"))
        }
        guard status.progress.state == .stopped else { return .taken(status) }
        return .refused(await refusal(status, titles))
    }

    /// Tells why a recording has ended at once: what can never be recorded does not stay among what is,
    /// nor among what was.
    func refusal(_ status: Status, _ titles: RecordingTitles) async -> HTTPResponse {
        let isStopped = (try? await stop(status.name)) == nil
        if status.progress.disk.writtenBytes == 0 { _ = try? await titles.forget(status.name) }
        guard !isStopped else { return .problem(409, "\(status.name): it was stopped meanwhile") }
        forget(status.name)
        let reason = status.progress.lastFailure ?? "it ended at once"
        // A file was begun where the disk is to blame.
        return .problem(status.progress.files.count > 0 ? 500 : 502, "\(status.name): \(reason)")
    }
}
