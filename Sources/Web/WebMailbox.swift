import CWeb
import Synchronization

/// The only way to the web thread: what tasks post here, the thread takes when it is woken.
final class WebMailbox: Sendable {
    /// What the thread is asked to do. Exchanges are numbers: one that is over is not found.
    enum Message: Sendable {
        case answer(web_exchange, HTTPResponse)
        case eventsReady(web_exchange)
        case piece(web_exchange, Result<[UInt8]?, PieceFailure>)
        case stop
    }

    private struct State {
        var messages: [Message] = []
        var server: ServerHandle?
        var hasStopped = false
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    /// From any thread; without effect once the server is gone.
    func post(_ message: Message) {
        state.withLock { state in
            guard let server = state.server else { return }
            state.messages.append(message)
            if state.messages.count == 1 { web_wake(server.pointer) }
        }
    }

    /// Everything posted since the last time.
    func drain() -> [Message] {
        state.withLock { state in
            defer { state.messages.removeAll() }
            return state.messages
        }
    }

    func opened(_ server: ServerHandle) { state.withLock { $0.server = server } }

    /// After this nobody wakes the server any more, and it may be freed.
    func detach() { state.withLock { $0.server = nil } }

    func closed() {
        let waiters = state.withLock { state in
            state.hasStopped = true
            defer { state.waiters.removeAll() }
            return state.waiters
        }
        for waiter in waiters { waiter.resume() }
    }

    func stopped() async {
        await withCheckedContinuation { continuation in
            let isOver = state.withLock { state in
                if !state.hasStopped { state.waiters.append(continuation) }
                return state.hasStopped
            }
            if isOver { continuation.resume() }
        }
    }
}

/// A body's next piece could not be made; its producer knows why.
struct PieceFailure: Error {}

/// The C server. Only `web_wake` is called off its thread, under the mailbox's lock, and never
/// after `detach`; that is what makes the pointer safe to pass.
struct ServerHandle: @unchecked Sendable {
    let pointer: OpaquePointer
}
