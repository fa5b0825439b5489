import CSystem

/// Starts a thread of its own for `body`; it ends when `body` returns.
///
/// A boxed `@Sendable` closure crosses to the thread, so the compiler checks what it captures.
public func startThread(
    name: String,
    _ body: @escaping @Sendable () -> Void
) throws(SystemError) {
    let start = ThreadStart {
        system_thread_name(name)
        body()
    }
    let argument = Unmanaged.passRetained(start)
    let result = system_thread_start(
        { argument in
            guard let argument else { return nil }
            Unmanaged<ThreadStart>.fromOpaque(argument).takeRetainedValue().body()
            return nil
        },
        argument.toOpaque()
    )
    if result < 0 { argument.release() }
    try SystemError.check(result, "pthread_create", name)
}

private final class ThreadStart: Sendable {
    let body: @Sendable () -> Void

    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
}

extension LoopConfiguration {
    /// Applies to the calling thread what can be had.
    func applyToThread() -> (isRealtime: Bool, isPinned: Bool) {
        _ = system_thread_timer_slack(UInt64(max(1, timerSlack.nanoseconds)))
        let isPinned = cpu.map { system_thread_pin(Int32(clamping: $0)) == 0 } ?? false
        let isRealtime = realtime && system_thread_realtime(realtimePriority) == 0
        return (isRealtime, isPinned)
    }
}

/// Above every ordinary thread, below the kernel's own at 50.
private let realtimePriority: Int32 = 10
