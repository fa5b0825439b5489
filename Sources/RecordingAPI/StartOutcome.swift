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
    /// Keeps what a start said of what it has begun, and waits for the first octets.
    ///
    /// - Parameter former: What was known of one of that name before.
    func outcome(
        ofStart name: String, saying said: RecordingTitle, after former: RecordingTitle?,
        within wait: StartWait, _ titles: RecordingTitles
    ) async -> StartOutcome {
        await titles.keep(said, of: name, after: former)
        guard let status = await started(name, within: wait.duration) else {
            return .refused(.problem(409, "\(name): it was stopped meanwhile"))
        }
        let hasFailed = status.progress.state == .stopped || status.progress.files.isUnmade
        guard hasFailed else { return .taken(status) }
        return .refused(await refusal(status, former: former, titles))
    }

    /// Tells why a recording has ended at once: what can never be recorded does not stay among what is,
    /// nor among what was.
    ///
    /// - Parameter former: What was known of one of that name before.
    func refusal(
        _ status: Status, former: RecordingTitle?, _ titles: RecordingTitles
    ) async -> HTTPResponse {
        let isStopped = (try? await stop(status.name)) == nil
        if status.progress.disk.writtenBytes == 0 {
            await titles.restore(former, of: status.name)
        }
        guard !isStopped else { return .problem(409, "\(status.name): it was stopped meanwhile") }
        forget(status.name)
        let reason = status.progress.lastFailure ?? "it ended at once"
        // A file was begun where the disk is to blame.
        return .problem(status.progress.files.count > 0 ? 500 : 502, "\(status.name): \(reason)")
    }
}
