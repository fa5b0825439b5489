import CCiphers
import COpenSSL

/// How much a TLS client asks of its server's certificate.
public enum TLSVerification: Hashable, Sendable {
    /// Signed by an authority the system trusts, for the name that was connected to.
    case system
    /// Nothing: encrypted, but against no one in the middle. What most cameras are good for.
    case none
}

/// The client's side of one TLS connection (1.2 or 1.3) over memory: OpenSSL, without a socket.
///
/// Octets of the network go in by `receive`; those for it come out of `nextOutput`.
public struct TLSSession: ~Copyable {
    /// Where the session stands. `failed` and `closed` are final.
    public enum State: Hashable, Sendable {
        case handshaking
        case connected
        /// The peer said goodbye.
        case closed
        /// With a reason for a person: of the certificate, or of the protocol.
        case failed(String)
    }

    /// Where the session stands.
    public private(set) var state = State.handshaking

    private let context: OpaquePointer
    private let ssl: OpaquePointer

    /// A session with `host`, a name or an address literal; its first flight waits in `nextOutput`.
    public init(host: String, verification: TLSVerification) throws(CipherError) {
        guard let context = cciphers_tls_context(verification == .system ? 1 : 0) else {
            throw .refused(call: "SSL_CTX_new")
        }
        let isAddress = host.contains(":") || host.allSatisfy { $0.isNumber || $0 == "." }
        guard let ssl = cciphers_tls_new(context, host, isAddress ? 1 : 0) else {
            SSL_CTX_free(context)
            throw .refused(call: "SSL_new")
        }
        (self.context, self.ssl) = (context, ssl)
        handshake()
    }

    deinit {
        SSL_free(ssl)
        SSL_CTX_free(context)
    }

    /// Takes in octets of the network; hands plain ones to `body`, in pieces borrowed for the call.
    public mutating func receive(_ bytes: RawSpan, _ body: (RawSpan) -> Void) {
        guard state == .handshaking || state == .connected else { return }
        _ = bytes.withOctets { cciphers_tls_give(ssl, $0, bytes.byteCount) }
        if state == .handshaking { handshake() }
        guard state == .connected else { return }
        withUnsafeTemporaryAllocation(byteCount: Self.pieceByteCount, alignment: 16) { piece in
            guard let base = piece.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return }
            while true {
                let count = cciphers_tls_read(ssl, base, piece.count)
                guard count > 0 else {
                    if count < 0 { state = count == -1 ? .closed : .failed(reason()) }
                    return
                }
                body(UnsafeRawBufferPointer(start: base, count: Int(count)).bytes)
            }
        }
    }

    /// Encrypts octets for the peer; dropped unless connected.
    public mutating func send(_ bytes: [UInt8]) {
        guard state == .connected, cciphers_tls_write(ssl, bytes, bytes.count) != 1 else { return }
        state = .failed(reason())
    }

    /// What is to be sent over the network now; `nil` when there is nothing.
    public mutating func nextOutput() -> [UInt8]? {
        let byteCount = cciphers_tls_pending(ssl)
        guard byteCount > 0 else { return nil }
        return [UInt8](unsafeUninitializedCapacity: byteCount) { out, count in
            guard let base = out.baseAddress else { return }
            count = cciphers_tls_take(ssl, base, byteCount)
        }
    }

    private mutating func handshake() {
        switch cciphers_tls_handshake(ssl) {
        case cciphers_connected: state = .connected
        case cciphers_waiting: break
        default: state = .failed(reason())
        }
    }

    private func reason() -> String {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 160) { text in
            guard let base = text.baseAddress else { return "" }
            cciphers_tls_reason(ssl, base, text.count)
            return String(cString: base)
        }
    }

    private static let pieceByteCount = 16_384  // a TLS record's most
}
