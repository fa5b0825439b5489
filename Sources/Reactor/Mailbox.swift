import CSystem
import Synchronization
public import Timing

/// Why a mailbox did not take a command.
public enum MailboxRefusal: Error, Hashable, Sendable {
    /// As many commands wait as it holds: the loop is late, or somebody posts without measure.
    case full
    /// Whoever drained it has ended.
    case closed
}

/// The one door into a loop: any thread posts, the loop's thread drains, in the order of posting.
///
/// Bounded, so that a late loop shows as a refusal and not as growing memory. A command that was
/// taken is always drained, even when the mailbox closes after it.
public final class Mailbox<Command: Sendable>: Sendable {
    private struct State {
        var pending: [Command] = []
        var isClosed = false
    }

    /// How many commands may wait.
    public let capacity: Int
    /// Readable while something waits: what the loop's `epoll` watches.
    let descriptor: Int32
    private let state = Mutex(State())

    /// An open mailbox for at most `capacity` waiting commands.
    public init(capacity: Int = defaultMailboxCapacity) throws(SystemError) {
        self.capacity = capacity
        descriptor = try SystemError.check(system_wake_open(), "eventfd")
    }

    deinit { system_close(descriptor) }

    /// Leaves `command` for the loop and wakes it.
    public func post(_ command: Command) throws(MailboxRefusal) {
        let (refusal, isFirst) = state.withLock { state -> (MailboxRefusal?, Bool) in
            if state.isClosed { return (.closed, false) }
            guard state.pending.count < capacity else { return (.full, false) }
            state.pending.append(command)
            return (nil, state.pending.count == 1)
        }
        if let refusal { throw refusal }
        // The first wakes the loop for all that follow until it drains. An eventfd refuses only
        // when it overflows, and then it is readable anyway.
        if isFirst { _ = system_wake(descriptor) }
    }

    /// Refuses every later command, and wakes the loop to drain what it holds and end.
    public func close() {
        state.withLock { $0.isClosed = true }
        _ = system_wake(descriptor)
    }

    /// Takes out what waits, oldest first. Called by the one thread that drains.
    ///
    /// - Parameters:
    ///   - bound: How many to take at most; while more wait, the mailbox stays readable.
    ///   - body: Carries out one.
    /// - Returns: `false` once the mailbox is closed and this was the last of it.
    public func drain(atMost bound: Int = .max, _ body: (Command) -> Void) -> Bool {
        // Cleared before the commands are taken: what is posted in between wakes us once more.
        system_wake_clear(descriptor)
        let (commands, isLast, isClosed) = state.withLock { state in
            let taken = Array(state.pending.prefix(bound))
            state.pending.removeFirst(taken.count)
            return (taken, state.pending.isEmpty, state.isClosed)
        }
        if !isLast { _ = system_wake(descriptor) }
        for command in commands { body(command) }
        return !isClosed || !isLast
    }

    /// Blocks until something waits, the mailbox closes, or `deadline` has come: for threads that have
    /// nothing else to wait for.
    public func wait(until deadline: Instant?) throws(SystemError) {
        guard let deadline else { return try wait() }
        let milliseconds = ((deadline - .now()).nanoseconds + 999_999) / 1_000_000
        let timeout = Int32(clamping: max(milliseconds, 0))
        try SystemError.check(system_wait_readable(descriptor, timeout), "poll")
    }

    /// Blocks until something waits or the mailbox closes: for starters and tests, not for loops.
    public func wait() throws(SystemError) {
        try SystemError.check(system_wait_readable(descriptor, -1), "poll")
    }
}

/// Far more than signalling leaves between two turns of a loop that keeps its time.
public let defaultMailboxCapacity = 4096
