public import CCiphers  // what is inlined into the packet path calls it

/// A `SealingKey` as the packet path uses it: plain values, lent for as long as the key lives and
/// nothing else is done with it.
public struct PacketSealer {
    /// Octets that sealing adds to a packet.
    public let overhead: Int
    @usableFromInline let transform: OpaquePointer

    init(_ transform: OpaquePointer, overhead: Int) {
        (self.transform, self.overhead) = (transform, overhead)
    }

    /// Encrypts and authenticates one RTP packet where it will be sent from.
    ///
    /// At `out` lie already the header (with CSRCs and extensions; it stays in clear) and after it
    /// the octets of the payload that were rewritten; the rest of the payload is read from where it
    /// was received, and never touched. Under a `SealingBatch` this happens when that is sealed.
    ///
    /// - Parameters:
    ///   - out: Room for header, prefix, payload and `overhead`.
    ///   - headerByteCount: Fixed header, CSRCs and extension, all of it.
    ///   - prefixByteCount: Rewritten octets of payload behind the header, 0 when there are none.
    ///   - payload: What follows the prefix; must not overlap `out`.
    ///   - ssrc: As in the header.
    ///   - index: ROC · 2¹⁶ + sequence number, kept by the caller. The same index with the same
    ///     `ssrc` and other contents would give the key away: only an identical packet may reuse it.
    /// - Returns: The whole length; 0 only if OpenSSL failed, and the packet must not be sent.
    @inlinable
    public func seal(
        at out: UnsafeMutableRawPointer, headerByteCount: Int, prefixByteCount: Int,
        payload: UnsafeRawBufferPointer, ssrc: UInt32, index: UInt64
    ) -> Int {
        guard let start = payload.baseAddress else { return 0 }
        return cciphers_seal_rtp(
            transform, out.assumingMemoryBound(to: UInt8.self), headerByteCount, prefixByteCount,
            start.assumingMemoryBound(to: UInt8.self), payload.count, ssrc, index)
    }
}
