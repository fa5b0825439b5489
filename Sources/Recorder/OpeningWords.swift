import Service

/// What is said of the command line's one source: the log's words once it has been there, before that
/// perhaps the process's last line, which says them again to nobody.
struct OpeningWords {
    /// What happens to the source.
    enum Word: Sendable {
        /// Something for the log.
        case said(String)
        /// The first file has begun, and lies there.
        case began(String)
        /// It cannot go on.
        case failed(String)
        /// A signal has come.
        case ended
    }

    let name: String
    let log: Log

    /// Writes the log until the source fails or a signal comes.
    ///
    /// - Returns: The failure, for the last line.
    func follow(_ words: AsyncStream<Word>) async -> String? {
        var held: [String]? = []
        for await word in words {
            switch word {
            case .said(let message):
                if held == nil { write(message) } else { held?.append(message) }
            case .began(let path):
                held?.forEach(write)
                held = nil
                log(.info, "recording into \(path)", ["name": name])
            case .failed(let message):
                held?.filter { $0 != message }.forEach(write)
                return message
            case .ended:
                held?.forEach(write)
                return nil
            }
        }
        return nil
    }

    /// Writes what was said while all was being closed.
    func followRest(_ words: AsyncStream<Word>) async {
        for await word in words {
            switch word {
            case .said(let message), .failed(let message): write(message)
            case .began, .ended: continue
            }
        }
    }

    private func write(_ message: String) { log(.warning, message, ["name": name]) }
}
