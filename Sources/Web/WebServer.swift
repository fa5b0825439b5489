import CWeb
import Glibc

/// An HTTP/1.1 server on a thread of its own.
///
/// Every request becomes one task that runs `respond`; a task that waits holds up nobody. When its
/// client leaves first, the task is cancelled and its answer dropped.
public final class WebServer: Sendable {
    /// The port really bound, also when 0 was asked for.
    public let port: Int
    private let mailbox: WebMailbox

    /// Binds, listens and starts serving.
    ///
    /// - Throws: `WebServerError` with one line naming the port or the file that is wrong.
    public init(
        configuration: WebServerConfiguration,
        respond: @escaping @Sendable (HTTPRequest) async -> HTTPResponse
    ) throws(WebServerError) {
        let mailbox = WebMailbox()
        let loop = WebLoop(configuration: configuration, mailbox: mailbox, respond: respond)
        port = try loop.open()
        self.mailbox = mailbox
        guard loop.start() else { throw .noResources }
    }

    deinit { mailbox.post(.stop) }

    /// Stops listening, cancels the requests still open, closes every connection, and returns when
    /// the thread is gone. Twice is harmless.
    public func stop() async {
        mailbox.post(.stop)
        await mailbox.stopped()
    }
}
