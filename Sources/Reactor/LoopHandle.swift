import Synchronization
public import Timing

/// A running loop, as every other thread sees it: commands in, an end to wait for.
///
/// Dropping the handle does not stop the loop; `stop` does.
public struct LoopHandle<E: Engine & SendableMetatype & ~Copyable>: Sendable {
    /// What the loop got of what it asked for.
    public let report: LoopReport
    let mailbox: Mailbox<MediaLoop<E>.Command>
    let ending: Ending

    /// Leaves a command for the loop's next turn; `false` when its mailbox is full or it has ended.
    @discardableResult
    public func post(_ command: @escaping @Sendable (inout E, Instant) -> Void) -> Bool {
        do throws(MailboxRefusal) {
            try mailbox.post { engine, _, now in command(&engine, now) }
            return true
        } catch {
            return false
        }
    }

    /// Carries out `body` on the loop and answers what it answers.
    public func run<T: Sendable>(
        _ body: @escaping @Sendable (inout E, Instant) -> T
    ) async throws(MailboxRefusal) -> T {
        try await ask { engine, _, now in body(&engine, now) }
    }

    /// What the loop has done so far.
    public func statistics() async throws(MailboxRefusal) -> LoopStatistics {
        try await ask { _, statistics, _ in statistics }
    }

    /// Ends the loop once it has carried out all it was given, and waits until its socket is
    /// closed. Harmless when it has ended already.
    ///
    /// - Returns: The kernel's refusal that had ended it before, `nil` in ordinary life.
    @discardableResult
    public func stop() async -> SystemError? {
        mailbox.close()
        return await ending.value()
    }

    /// Whether the loop has ended, by `stop` or by the kernel's refusal.
    public var hasEnded: Bool { ending.hasEnded }

    /// Waits until the loop has ended, without ending it.
    ///
    /// - Returns: The kernel's refusal that ended it, `nil` when `stop` did.
    public func ended() async -> SystemError? { await ending.value() }

    /// A command that was taken is always carried out, so the continuation never waits in vain.
    private func ask<T: Sendable>(
        _ body: @escaping @Sendable (inout E, LoopStatistics, Instant) -> T
    ) async throws(MailboxRefusal) -> T {
        let result: Result<T, MailboxRefusal> = await withCheckedContinuation { continuation in
            do throws(MailboxRefusal) {
                try mailbox.post { engine, statistics, now in
                    continuation.resume(returning: .success(body(&engine, statistics, now)))
                }
            } catch {
                continuation.resume(returning: .failure(error))
            }
        }
        return try result.get()
    }
}

/// That a loop has ended, and how: told once, to everyone who waits.
final class Ending: Sendable {
    private enum State {
        case pending([CheckedContinuation<SystemError?, Never>])
        case ended(SystemError?)
    }

    private let state = Mutex(State.pending([]))

    func end(_ failure: SystemError?) {
        let waiting = state.withLock { state -> [CheckedContinuation<SystemError?, Never>] in
            guard case .pending(let waiting) = state else { return [] }
            state = .ended(failure)
            return waiting
        }
        for continuation in waiting { continuation.resume(returning: failure) }
    }

    var hasEnded: Bool {
        state.withLock { state in
            switch state {
            case .pending: false
            case .ended: true
            }
        }
    }

    func value() async -> SystemError? {
        await withCheckedContinuation { continuation in
            let failure = state.withLock { state -> SystemError?? in
                switch state {
                case .pending(let waiting):
                    state = .pending(waiting + [continuation])
                    return nil
                case .ended(let failure):
                    return .some(failure)
                }
            }
            if let failure { continuation.resume(returning: failure) }
        }
    }
}
