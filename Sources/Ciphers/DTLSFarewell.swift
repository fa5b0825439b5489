import CCiphers

/// What is left of a DTLS session whose handshake can no longer be asked for anything: the keys of
/// its records, enough to be told goodbye and to say it.
///
/// A session of OpenSSL holds 49 KB; this, a hundred octets.
public struct DTLSFarewell: ~Copyable {
    private let pointer: OpaquePointer

    /// Takes ownership of the C side's object.
    init(owning pointer: OpaquePointer) { self.pointer = pointer }

    deinit { cciphers_farewell_free(pointer) }

    /// Whether the peer says goodbye in this datagram: an authentic close_notify (RFC 5246 §7.2.1).
    public func isClose(_ datagram: RawSpan) -> Bool {
        datagram.withOctets { cciphers_farewell_received(pointer, $0, datagram.byteCount) } == 1
    }

    /// Our close_notify. Always the same octets, so that it may be sent more than once.
    public func closeNotify() -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: Self.byteCount) { out, count in
            guard let base = out.baseAddress else { return }
            count = cciphers_farewell_write(pointer, base)
        }
    }

    private static let byteCount = 39  // header, explicit nonce, alert, tag
}
