public import Wire

/// Where an engine wants its stream connection to lead.
public struct StreamTarget: Hashable, Sendable {
    /// A name, or an address literal without brackets.
    public var host: String
    /// The TCP port.
    public var port: UInt16
    /// Whether TLS runs over it, and whether the server must prove its name then.
    public var security: Security
    /// Counted up to be connected to the same place anew.
    public var attempt: Int

    /// What protects the connection.
    public enum Security: Hashable, Sendable {
        /// Nothing.
        case none
        /// TLS with a certificate the system trusts for the host.
        case verifiedTLS
        /// TLS with whatever certificate there is.
        case anyTLS
    }

    /// A place to connect to.
    public init(host: String, port: UInt16, security: Security = .none, attempt: Int = 0) {
        (self.host, self.port, self.security, self.attempt) = (host, port, security, attempt)
    }
}

/// An engine that also speaks over one stream connection at a time: a camera's RTSP.
///
/// Its driver keeps the connection that `wantedConnection` asks for: a new value ends the old
/// connection, silently, and opens another.
public protocol StreamEngine: Engine, ~Copyable {
    /// Takes in one datagram that came on another socket than the driver's first, by its number from
    /// 1, borrowed for the call. To engines of one socket it makes no difference.
    mutating func receive(
        _ bytes: RawSpan, from source: Endpoint, onSocket number: Int, at now: Instant)

    /// Where to be connected to; `nil` is nowhere.
    var wantedConnection: StreamTarget? { get }

    /// The connection asked for is there, TLS included.
    mutating func streamOpened(at now: Instant)

    /// Takes in what was read, borrowed for the call.
    mutating func receiveStream(_ bytes: RawSpan, at now: Instant)

    /// The connection could not be made or has ended; `reason` for a person, `nil` when the peer
    /// simply closed it. The driver connects again only for another `wantedConnection`.
    mutating func streamClosed(_ reason: String?, at now: Instant)

    /// What is to be sent over the stream, whole and in order; `nil` when there is nothing.
    mutating func nextStreamOutput() -> [UInt8]?
}

extension StreamEngine where Self: ~Copyable {
    /// Receives it as what comes on the first socket.
    public mutating func receive(
        _ bytes: RawSpan, from source: Endpoint, onSocket number: Int, at now: Instant
    ) { receive(bytes, from: source, at: now) }
}
