import Reactor
import Timing

// The wall clock that a recording is dated by: engines read none, and what runs for weeks must not be
// dated by the clock of its start.

extension RunningRecording {
    /// Tells the engine from now on how the wall clock stands.
    func followClock(_ body: @escaping @Sendable (ClockMap) -> Void) {
        state.withLock { state in
            state.tellClock = body
            if let clock = state.clock { body(clock) }
        }
    }

    /// The wall clock has been looked at again: files that begin from now on are dated by it.
    func follow(_ clock: ClockMap) {
        state.withLock { state in
            state.clock = clock
            state.tellClock?(clock)
        }
    }

    /// Nanoseconds since 1970.
    func clock() -> Int64 {
        let told = state.withLock { $0.clock }
        return told?.unixNanoseconds(at: .now()) ?? wallClock()
    }
}
