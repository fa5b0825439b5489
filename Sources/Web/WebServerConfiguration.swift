/// Where a server listens and what it puts up with.
public struct WebServerConfiguration: Sendable {
    /// A certificate chain and its private key, as PEM files.
    public struct TLS: Hashable, Sendable {
        /// The path of the chain, the server's own certificate first.
        public var certificate: String
        /// The path of the private key.
        public var key: String

        /// Both files, read once when the server starts.
        public init(certificate: String, key: String) {
            (self.certificate, self.key) = (certificate, key)
        }
    }

    /// The one address to bind, IPv4 or IPv6 text; `0.0.0.0` and `::` mean all of them.
    public var host: String
    /// The port; 0 takes a free one.
    public var port: Int
    /// HTTPS when given, else plain HTTP.
    public var tls: TLS?
    /// The largest body taken; a larger one is answered with 413.
    public var maxBodyByteCount = 256 * 1024
    /// The longest path, query value or header, 1 to 15 KB; a longer one is answered with 414 or
    /// 431. A request head of four times as much closes the connection without an answer.
    public var maxHeaderByteCount = 8 * 1024
    /// Connections at once; further ones wait in the kernel's queue.
    public var maxConnections = 512
    /// How long a client may take to send its request, and to take each piece of the answer. A body that
    /// is too large is answered then, if it has not come to its end.
    public var timeoutSeconds = 20
    /// How often a silent event stream says that it lives.
    public var heartbeatSeconds = 15
    /// Events kept for one reader that does not keep up; beyond it the oldest go.
    public var maxQueuedEvents = 256

    /// A server on one address, everything else at its default.
    public init(host: String = "127.0.0.1", port: Int, tls: TLS? = nil) {
        (self.host, self.port, self.tls) = (host, port, tls)
    }
}
