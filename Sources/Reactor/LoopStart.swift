public import Timing

/// Starts a thread that binds a socket, makes an engine and drives it until `LoopHandle.stop`.
///
/// Returns once the socket is bound and the engine made.
///
/// - Parameters:
///   - name: The thread's, as `top -H` shows it; 15 octets of it.
///   - configuration: Where to listen, and how the thread is to run.
///   - makeEngine: Called on the loop's thread, which alone ever touches the engine.
///   - onEvent: Called on the loop's thread for each event, in order: it must not block.
/// - Throws: `SystemError`, or what `makeEngine` threw; nothing runs then.
public func startLoop<E: Engine & SendableMetatype & ~Copyable>(
    name: String,
    configuration: LoopConfiguration,
    makeEngine: @escaping @Sendable () throws -> E,
    onEvent: @escaping @Sendable (E.Event) -> Void
) throws -> LoopHandle<E> {
    try launch(name: name, configuration: configuration) { socket, mailbox, isReady in
        var loop = try MediaLoop(
            engine: makeEngine(), socket: socket, mailbox: mailbox,
            pipes: PipeEnds(configuration.pipes), onEvent: onEvent)
        try isReady()
        do throws(SystemError) {
            try loop.run()
            return nil
        } catch {
            loop.close()
            return error
        }
    }
}

/// Starts a thread as `startLoop` does, for an engine that speaks over a stream connection too.
///
/// Parameters and errors are `startLoop`'s.
public func startStreamLoop<E: StreamEngine & SendableMetatype & ~Copyable>(
    name: String,
    configuration: LoopConfiguration,
    makeEngine: @escaping @Sendable () throws -> E,
    onEvent: @escaping @Sendable (E.Event) -> Void
) throws -> LoopHandle<E> {
    try launch(name: name, configuration: configuration) { socket, mailbox, isReady in
        precondition(
            configuration.otherSockets.count <= Poller.otherLimit,
            "a loop listens on at most \(Poller.otherLimit) other sockets")
        var others: [OtherSocket] = []
        for endpoint in configuration.otherSockets { others.append(try OtherSocket(on: endpoint)) }
        var loop = try StreamLoop(
            engine: makeEngine(), socket: socket, others: others, mailbox: mailbox,
            onEvent: onEvent)
        try isReady()
        do throws(SystemError) {
            try loop.run()
            return nil
        } catch {
            loop.close()
            return error
        }
    }
}

/// Starts a thread, binds its socket there, and lets `body` run its loop to the end; returns once
/// `body` has said that it is ready.
private func launch<E: Engine & SendableMetatype & ~Copyable>(
    name: String,
    configuration: LoopConfiguration,
    _ body:
        @escaping @Sendable (
            consuming UDPSocket, Mailbox<MediaLoop<E>.Command>, () throws -> Void
        ) throws -> SystemError?
) throws -> LoopHandle<E> {
    let mailbox = try Mailbox<MediaLoop<E>.Command>(capacity: configuration.mailboxCapacity)
    let started = try Mailbox<Result<LoopReport, any Error>>(capacity: 1)
    let ending = Ending()
    try startThread(name: name) {
        var failure: SystemError?
        do {
            let socket = try UDPSocket.bind(
                to: configuration.listen,
                answersFromAskedAddress: configuration.answersFromAskedAddress,
                sendBufferByteCount: configuration.sendBufferByteCount,
                receiveBufferByteCount: configuration.receiveBufferByteCount)
            let thread = configuration.applyToThread()
            let report = LoopReport(
                localEndpoint: socket.localEndpoint,
                receiveBufferByteCount: socket.receiveBufferByteCount,
                isRealtime: thread.isRealtime,
                isPinned: thread.isPinned
            )
            failure = try body(socket, mailbox) { try started.post(.success(report)) }
        } catch {
            // The starter still waits: nothing throws once it was told of success.
            try? started.post(.failure(error))
        }
        ending.end(failure)
    }
    return LoopHandle(
        report: try started.first().get(),
        mailbox: mailbox,
        ending: ending
    )
}

extension Mailbox {
    /// Blocks until a command is there, and takes it.
    fileprivate func first() throws(SystemError) -> Command {
        var first: Command?
        while true {
            _ = drain { first = $0 }
            if let first { return first }
            try wait()
        }
    }
}
