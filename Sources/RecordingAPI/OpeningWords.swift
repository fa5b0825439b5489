public import Recording
public import Service

/// What is said of the command line's one source: the log's words once it has been there, before that
/// perhaps the process's last line, which says them again to nobody. Of all others it is logged at once.
public struct OpeningWords: Sendable {
    /// What happens to the source.
    private enum Word: Sendable {
        /// Something for the log.
        case said(Log.Level, String)
        /// The first file has begun, and lies there.
        case began(String)
        /// It cannot go on.
        case failed(String)
        /// A signal has come.
        case ended
    }

    /// What the command line names; `nil` where there is a list, or nothing.
    public let only: RecordingRequest?
    /// Whether it has to be there: what is sent here unasked is waited for.
    public let isAskedFor: Bool
    private let log: @Sendable (Log.Level, _ message: String, _ name: String) -> Void
    // A log that is slow to take them loses the oldest, but never the end.
    private let words = AsyncStream.makeStream(
        of: Word.self, bufferingPolicy: .bufferingNewest(64))

    /// Nothing has been said yet of this one.
    public init(_ only: RecordingRequest?, _ log: Log) {
        self.init(only) { level, message, name in log(level, message, ["name": name]) }
    }

    init(
        _ only: RecordingRequest?,
        log: @escaping @Sendable (Log.Level, _ message: String, _ name: String) -> Void
    ) {
        (self.only, self.log) = (only, log)
        isAskedFor = only.map { Recordings.isRemote($0.source) } ?? false
    }

    /// Takes what a person should know. What the command line names is all there is; what the API began is
    /// one of many.
    public func take(_ name: String, _ report: RecordingReport) {
        guard name == only?.name else { return log(report.level, report.message, name) }
        switch report {
        case .notice(let message), .trouble(let message):
            words.continuation.yield(.said(report.level, message))
        case .unmade(let message), .final(let message):
            words.continuation.yield(.failed(message))
        }
    }

    /// Takes what goes well. What is awaited of the one source may be its failure, and waits as that does.
    public func take(_ name: String, _ news: RecordingNews) {
        switch news {
        case .awaited where name == only?.name:
            words.continuation.yield(.said(.info, news.description))
        case .began where name == only?.name: words.continuation.yield(.began(news.description))
        case .format, .awaited, .began, .ended: log(.info, news.description, name)
        }
    }

    /// A signal has come.
    public func end() { words.continuation.yield(.ended) }

    /// Writes the log until the source fails or a signal comes.
    ///
    /// - Returns: The failure, for the last line.
    public func follow() async -> String? {
        var held: [(level: Log.Level, message: String)]? = isAskedFor ? [] : nil
        for await word in words.stream {
            switch word {
            case .said(let level, let message):
                if held == nil { write(level, message) } else { held?.append((level, message)) }
            case .began(let message):
                held?.forEach(write)
                held = nil
                write(.info, message)
            case .failed(let message):
                held?.filter { !$0.message.hasSuffix(message) }.forEach(write)
                return message
            case .ended:
                held?.forEach(write)
                return nil
            }
        }
        return nil
    }

    /// Writes what was said while all was being closed; nothing more is taken.
    public func followRest() async {
        words.continuation.finish()
        for await word in words.stream {
            switch word {
            case .said(let level, let message): write(level, message)
            case .failed(let message): write(.warning, message)
            case .began, .ended: continue
            }
        }
    }

    private func write(_ level: Log.Level, _ message: String) {
        log(level, message, only?.name ?? "")
    }
}
