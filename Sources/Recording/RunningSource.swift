import Reactor
import Timing
import WHIP

/// A source on its way into a recording, of whatever kind: what is left to do is to end it.
struct RunningSource: Sendable {
    /// Ends the engine and with it the file; returns when no more comes of it.
    let close: @Sendable () async -> Void
    /// What a WHEP server keeps for it, to be let go of behind that.
    let session: WHIPSession?

    /// A source that is ended so.
    init(session: WHIPSession? = nil, close: @escaping @Sendable () async -> Void) {
        (self.session, self.close) = (session, close)
    }

    /// A source whose engine runs on a loop of its own, and is told from now on what `recording` may
    /// write.
    init<E: RecordingEngine & SendableMetatype & ~Copyable>(
        _ loop: LoopHandle<E>, feeding recording: RunningRecording, session: WHIPSession? = nil
    ) {
        recording.control { intake in
            loop.post { engine, now in engine.limit(to: intake, at: now) }
        }
        recording.followClock { clock in loop.post { engine, _ in engine.follow(clock) } }
        Task {  // ends with the loop
            if let error = await loop.ended() { recording.broke(error.description) }
        }
        self.init(session: session) {
            loop.post { engine, now in engine.close(at: now) }
            await loop.stop()
        }
    }
}
