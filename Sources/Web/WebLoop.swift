import CWeb
import Glibc

/// What runs on the web thread: the C server's events in, tasks and bytes out. Nothing here is
/// touched by another thread once `start` has returned.
final class WebLoop {
    let configuration: WebServerConfiguration
    let mailbox: WebMailbox
    let respond: @Sendable (HTTPRequest) async -> HTTPResponse
    var server: OpaquePointer?
    var exchanges: [web_exchange: WebExchange] = [:]
    var isStopping = false

    init(
        configuration: WebServerConfiguration,
        mailbox: WebMailbox,
        respond: @escaping @Sendable (HTTPRequest) async -> HTTPResponse
    ) {
        (self.configuration, self.mailbox, self.respond) = (configuration, mailbox, respond)
    }

    // MARK: the thread

    /// Binds and listens, still on the caller's thread.
    func open() throws(WebServerError) -> Int {
        try checkFiles()
        var code: Int32 = 0
        guard let opened = openServer(&code) else { throw failure(code) }
        server = opened
        mailbox.opened(ServerHandle(pointer: opened))
        return Int(web_port(opened))
    }

    /// Hands everything to a new thread, which lets go of it when the server stops.
    func start() -> Bool {
        var thread = pthread_t()
        let box = Unmanaged.passRetained(self)
        let code = pthread_create(&thread, nil, webThread, box.toOpaque())
        guard code == 0 else {
            box.release()
            close()
            return false
        }
        pthread_detach(thread)
        return true
    }

    fileprivate func run() {
        while let server, !isStopping, web_serve_once(server) >= 0 {}
        close()
    }

    private func close() {
        mailbox.detach()
        if let server { web_close(server) }
        server = nil
        mailbox.closed()
    }
}

/// The thread's whole life. Signals are left to the other threads.
private func webThread(_ box: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let box else { return nil }
    var all = sigset_t()
    sigfillset(&all)
    pthread_sigmask(SIG_SETMASK, &all, nil)
    Unmanaged<WebLoop>.fromOpaque(box).takeRetainedValue().run()
    return nil
}
