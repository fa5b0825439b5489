import Glibc
import Reactor
import Synchronization

/// Carries a recording engine's events to files: one file for each beginning, named after the time.
public final class RunningRecording: Sendable {
    /// What is told to the owner's log.
    public typealias Report = @Sendable (_ message: String, _ isFinal: Bool) -> Void

    /// How it stands.
    public let progress = RecordingProgress()

    private let folder: String
    private let name: String
    private let report: Report
    private let clock: @Sendable () -> Int64
    private let file = Mutex<RecordingFile?>(nil)

    /// A recording whose engine has not spoken yet.
    ///
    /// - Parameters:
    ///   - folder: Where its files go; it must be there.
    ///   - name: What they are called, before the time.
    ///   - clock: Seconds since 1970.
    ///   - report: Told of what a person should know, from the engine's thread: it must not block.
    public init(
        folder: String, name: String, clock: @escaping @Sendable () -> Int64,
        report: @escaping Report
    ) {
        (self.folder, self.name, self.clock, self.report) = (folder, name, clock, report)
        progress.update { $0.startedSeconds = clock() }
    }

    /// Takes an engine's event, on its thread.
    public func take(_ event: RecordingEvent) {
        switch event {
        case .began: begin()
        case .data(let bytes, let statistics):
            file.withLock { $0?.append(bytes) }
            let now = clock()
            progress.update { progress in
                progress.fileBytes += UInt64(bytes.count)
                let before = progress.statistics.videoFrames + progress.statistics.audioFrames
                progress.statistics = statistics
                progress.totalFrames += statistics.videoFrames + statistics.audioFrames - before
                progress.lastDataSeconds = now
            }
        case .finished:
            let finished = file.withLock { file in
                defer { file = nil }
                return file
            }
            if let finished { Task { await finished.close() } }
        case .interrupted(let reason, let isFinal):
            progress.update { progress in
                progress.state = isFinal ? "stopped" : "waiting"
                progress.interruptionCount += 1
                progress.lastFailure = reason
            }
            report(reason, isFinal)
        case .note(let text): report(text, false)
        }
    }

    /// Waits until the present file is whole on disk.
    public func finish() async {
        let last = file.withLock { file in
            defer { file = nil }
            return file
        }
        await last?.close()
        progress.update { $0.state = "stopped" }
    }

    private func begin() {
        let stamp = Self.stamp(clock())
        for attempt in 0..<100 {  // two beginnings in one second
            let suffix = attempt == 0 ? "" : "_\(attempt + 1)"
            let path = "\(folder)/\(name)_\(stamp)\(suffix).ts"
            do throws(RecordingFileError) {
                let made = try RecordingFile(path: path) { [report, progress] reason in
                    progress.update { ($0.state, $0.lastFailure) = ("stopped", reason) }
                    report("cannot write \(path): \(reason)", true)
                }
                file.withLock { $0 = made }
                progress.update { progress in
                    (progress.state, progress.path) = ("recording", path)
                    progress.statistics = RecordingStatistics()
                    progress.fileCount += 1
                }
                return
            } catch {
                guard access(path, F_OK) == 0 else { return report(error.description, true) }
            }
        }
    }

    /// `YYYYMMDD_HHMMSS`, UTC.
    private static func stamp(_ seconds: Int64) -> String {
        var (time, parts) = (time_t(seconds), tm())
        gmtime_r(&time, &parts)
        func padded(_ number: Int32, _ width: Int) -> String {
            let digits = String(number)
            return String(repeating: "0", count: max(0, width - digits.count)) + digits
        }
        let date =
            padded(parts.tm_year + 1900, 4) + padded(parts.tm_mon + 1, 2) + padded(parts.tm_mday, 2)
        return date + "_" + padded(parts.tm_hour, 2) + padded(parts.tm_min, 2)
            + padded(parts.tm_sec, 2)
    }
}
