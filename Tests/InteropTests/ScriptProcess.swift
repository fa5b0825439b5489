import Foundation
import Glibc

/// A server of another make, on a port of its own choice.
final class ScriptProcess {
    /// It ended before it listened, and said this.
    struct Failure: Error { let what: String }

    private let process = Process()
    private let output = Pipe()
    /// What it printed: its port first.
    private(set) var words: [String] = []
    private(set) var port = 0

    /// Starts a script beside these files and waits for the port that it prints.
    init(_ python: String, _ script: String, _ arguments: [String]) throws {
        process.executableURL = URL(fileURLWithPath: python)
        process.arguments =
            [Lab.root + "/Tests/InteropTests/Support/" + script] + arguments
        process.standardOutput = output
        // A file: nobody reads on while it runs.
        let errors = NSTemporaryDirectory() + "sluice-\(UUID().uuidString).log"
        _ = FileManager.default.createFile(atPath: errors, contents: nil)
        defer { try? FileManager.default.removeItem(atPath: errors) }
        process.standardError = FileHandle(forWritingAtPath: errors) ?? FileHandle.nullDevice
        try withTerminationUnblocked { try process.run() }
        var text = ""
        while !text.contains("\n") {
            let chunk = output.nextChunk()
            guard let chunk, !chunk.isEmpty else {
                let words = (try? String(contentsOfFile: errors, encoding: .utf8)) ?? ""
                let what = chunk == nil ? "said nothing for a minute" : "ended"
                throw Failure(what: "\(script) \(what): \(text)\(words)")
            }
            text += String(decoding: chunk, as: UTF8.self)
        }
        words = text.split { $0.isWhitespace }.map(String.init)
        port = words.first.flatMap { Int($0) } ?? 0
    }

    /// Ends it, and waits until it has ended: its port is free then.
    func stop() {
        process.terminate()
        process.waitUntilExit()
    }

    deinit { if process.isRunning { process.terminate() } }
}

/// Runs `body` on this thread with SIGTERM let through. Threads of a pool block it, a process they
/// start inherits that, and could not be ended.
private func withTerminationUnblocked<Failure: Error>(
    _ body: () throws(Failure) -> Void
) throws(Failure) {
    var (termination, former) = (sigset_t(), sigset_t())
    sigemptyset(&termination)
    sigaddset(&termination, SIGTERM)
    pthread_sigmask(SIG_UNBLOCK, &termination, &former)
    defer { pthread_sigmask(SIG_SETMASK, &former, nil) }
    try body()
}
