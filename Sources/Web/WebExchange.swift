import CWeb
import Synchronization

/// One request and its answer, as the web thread knows them.
struct WebExchange {
    /// Runs the handler.
    let task: Task<Void, Never>?
    /// A HEAD request: the answer's body is not sent.
    let isHead: Bool
    /// HTTP/1.0, which knows no chunks.
    let isVersion10: Bool
    /// The connection cannot be used again.
    let closes: Bool
    /// Set once the answer turns out to be a stream of events.
    var events: EventQueue?
    /// Everything given to the C library has gone out.
    var isIdle = false
    /// Half seconds since the last byte of an event stream.
    var silentTicks = 0
    /// Set once the answer turns out to come in pieces.
    var pieces: PieceFeed?

    func cancel() {
        task?.cancel()
        events?.cancel()
        pieces?.task?.cancel()
    }
}

/// A body's pieces on their way: one at a time.
struct PieceFeed {
    let pieces: HTTPPieces
    /// Bytes that are still to come, where that was announced.
    var remaining: Int?
    /// Makes the next piece.
    var task: Task<Void, Never>?
}

/// Events between the task that reads the handler's stream and the web thread.
final class EventQueue: Sendable {
    private let buffer: Mutex<EventBuffer>
    private let pump: Mutex<Task<Void, Never>?> = Mutex(nil)

    init(limit: Int) { buffer = Mutex(EventBuffer(limit: limit)) }

    /// Reads `stream` until it ends; cancelling ends the stream for its producer too.
    func start(_ stream: AsyncStream<ServerSentEvent>, ready: @escaping @Sendable () -> Void) {
        let task = Task { [self] in
            for await event in stream {
                buffer.withLock { $0.push(event) }
                ready()
            }
            buffer.withLock { $0.finish() }
            ready()
        }
        pump.withLock { $0 = task }
    }

    func cancel() { pump.withLock { $0?.cancel() } }

    /// The next bytes, and whether these are the last there will be.
    func take(byteLimit: Int) -> (bytes: [UInt8], isLast: Bool) {
        buffer.withLock { buffer in
            let bytes = buffer.take(byteLimit: byteLimit)
            return (bytes, buffer.isFinished && buffer.isEmpty)
        }
    }
}
