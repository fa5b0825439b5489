import CSystem
import Glibc
import Reactor
import Synchronization
import Timing

/// Lines on their way to a descriptor, written by a thread of their own: whoever has something to say
/// does not wait for whoever reads it.
///
/// So many may wait. Beyond that the newest are lost and counted, and when lines are taken again one in
/// their place says how many they were. Where there can be no thread, they are written at once or lost.
final class LogLines: Sendable {
    private enum Entry: Sendable {
        case line(String)
        /// Closed once all before it has been written.
        case mark(Mailbox<Never>)
    }

    /// What waits, shared with the thread.
    private final class Waiting: Sendable {
        struct State {
            /// Lines that are not written yet.
            var count = 0
            var lost = 0
            /// Words for those that are lost.
            var notice: @Sendable (Int) -> String = { "\($0) lines lost\n" }
        }

        let state = Mutex(State())

        /// A line has been written.
        ///
        /// - Returns: Words for those that were lost, where it was the last one.
        func wrote() -> String? {
            state.withLock { state in
                state.count -= 1
                guard state.count == 0, state.lost > 0 else { return nil }
                defer { state.lost = 0 }
                return state.notice(state.lost)
            }
        }
    }

    /// Starts a thread of a name with what it does.
    typealias Start = (String, @escaping @Sendable () -> Void) throws(SystemError) -> Void

    /// This process's. What waits when the process ends is written then, within a second.
    static let standardError: LogLines = {
        let lines = LogLines(STDERR_FILENO, onChange: { system_log_waiting($0) })
        atexit { LogLines.standardError.flush(within: .seconds(1)) }
        return lines
    }()

    private let mailbox: Mailbox<Entry>?
    private let waiting = Waiting()
    private let descriptor: Int32
    private let limit: Int
    private let onChange: @Sendable (Int32) -> Void

    /// Starts the thread; it ends when nobody holds this any more and all has been written.
    ///
    /// - Parameters:
    ///   - limit: Lines that may wait.
    ///   - onChange: Told how many more wait, or fewer.
    ///   - start: Starts a thread.
    init(
        _ descriptor: Int32, limit: Int = 1024,
        onChange: @escaping @Sendable (Int32) -> Void = { _ in },
        start: Start = { name, body throws(SystemError) in try startThread(name: name, body) }
    ) {
        (self.descriptor, self.limit, self.onChange) = (descriptor, limit, onChange)
        let mailbox = try? Mailbox<Entry>(capacity: .max)
        let work = { @Sendable [waiting] in
            var isOpen = mailbox != nil
            while isOpen, let mailbox {
                // A mailbox can always be waited for while it lives.
                try? mailbox.wait()
                isOpen = mailbox.drain { entry in
                    switch entry {
                    case .line(let line):
                        writeAll(line, to: descriptor)
                        if let notice = waiting.wrote() { writeAll(notice, to: descriptor) }
                        onChange(-1)
                    case .mark(let done): done.close()
                    }
                }
            }
        }
        do throws(SystemError) {
            try start("log", work)
            self.mailbox = mailbox
        } catch { self.mailbox = nil }
    }

    deinit { mailbox?.close() }

    /// Leaves a line to be written; it ends with its end of line.
    ///
    /// - Parameter notice: Makes a line of how many have been lost.
    func add(_ line: String, notice: @escaping @Sendable (_ lost: Int) -> String) {
        waiting.state.withLock { state in
            state.notice = notice
            guard mailbox == nil ? isReady : state.count < limit else { return state.lost += 1 }
            if state.lost > 0 {
                post(notice(state.lost), &state)
                state.lost = 0
            }
            post(line, &state)
        }
    }

    /// Waits until all that was left before has been written, or the time is over.
    func flush(within limit: Interval) {
        guard let mailbox, let done = try? Mailbox<Never>(capacity: 1) else { return }
        try? mailbox.post(.mark(done))
        try? done.wait(until: .now() + limit)
    }

    // Without a bound of its own, and open as long as this is there, the mailbox refuses nothing.
    private func post(_ line: String, _ state: inout Waiting.State) {
        guard let mailbox else { return writeAll(line, to: descriptor) }
        state.count += 1
        onChange(1)
        try? mailbox.post(.line(line))
    }

    /// Whether what is written now is taken at once.
    private var isReady: Bool {
        var wanted = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        return poll(&wanted, 1, 0) == 1 && wanted.revents & Int16(POLLOUT) != 0
    }
}

/// Writes all of it, or as much as is taken: a log that cannot be written has nowhere to say so.
private func writeAll(_ line: String, to descriptor: Int32) {
    var line = line
    line.withUTF8 { bytes in
        var done = 0
        while done < bytes.count, let start = bytes.baseAddress {
            let count = write(descriptor, start + done, bytes.count - done)
            done += max(count, 0)
            guard count < 0, errno != EINTR else { continue }
            guard errno == EAGAIN else { return }
            var wanted = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
            poll(&wanted, 1, -1)
        }
    }
}
