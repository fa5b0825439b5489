/// One element of a header extension: where its value lies in the packet.
public struct HeaderExtensionElement: Hashable, Sendable {
    /// The name SDP gave it, 1...14 in the one-byte form, 1...255 in the two-byte form.
    public var id: UInt8
    /// The value's first octet, counted from the packet's first.
    public var offset: Int
    /// The value's length; 0 is allowed in the two-byte form alone.
    public var byteCount: Int

    /// An element as found in a packet.
    @inlinable
    public init(id: UInt8, offset: Int, byteCount: Int) {
        (self.id, self.offset, self.byteCount) = (id, offset, byteCount)
    }

    /// The value as one big-endian number of up to eight octets; `nil` for any other length, or
    /// when the element does not lie in `bytes`.
    @inlinable
    public func number(in bytes: RawSpan) -> UInt64? {
        guard (1...8).contains(byteCount), offset >= 0, offset <= bytes.byteCount - byteCount
        else { return nil }
        var value: UInt64 = 0
        for position in offset..<offset + byteCount {
            value =
                value << 8
                | UInt64(bytes.unsafeLoad(fromUncheckedByteOffset: position, as: UInt8.self))
        }
        return value
    }

    /// The value as text, as MID and RID are (RFC 9143 §15.1); `nil` when it is no UTF-8. Up to
    /// fifteen octets it costs no allocation.
    public func text(in bytes: RawSpan) -> String? {
        guard offset >= 0, byteCount >= 0, offset <= bytes.byteCount - byteCount else { return nil }
        return bytes.extracting(offset..<offset + byteCount).withUnsafeBytes {
            String(validating: $0, as: UTF8.self)
        }
    }
}

/// Walks the elements of a header extension in either form of RFC 8285, without allocating.
///
/// ```
/// one-byte form, profile 0xBEDE:   |  ID   | L - 1 |  value of L octets …
/// two-byte form, profile 0x100X:   |      ID       |       L       |  value of L octets …
/// ```
/// An element that reaches beyond the extension ends the walk, and so does the reserved ID 15 of
/// the one-byte form (RFC 8285 §4.2). An unknown profile has no elements.
public struct HeaderExtensionElements: ~Escapable {
    @usableFromInline let bytes: RawSpan
    @usableFromInline let isOneByteForm: Bool
    @usableFromInline let end: Int
    @usableFromInline var position: Int

    @inlinable
    @_lifetime(copy bytes)
    init(_ bytes: RawSpan, profile: UInt16, offset: Int, byteCount: Int) {
        self.bytes = bytes
        isOneByteForm = profile == HeaderExtensionForm.oneByte.profile
        let isKnown = isOneByteForm || profile & 0xFFF0 == HeaderExtensionForm.twoByte.profile
        position = max(offset, 0)
        end = isKnown ? min(position + max(byteCount, 0), bytes.byteCount) : position
    }

    /// The next element; `nil` at the end.
    @inlinable
    public mutating func next() -> HeaderExtensionElement? {
        while position < end {
            let first = octet(at: position)
            if first == 0 {
                position &+= 1
                continue
            }
            return isOneByteForm ? readOneByteElement(first) : readTwoByteElement(first)
        }
        return nil
    }

    @inlinable
    mutating func readOneByteElement(_ first: UInt8) -> HeaderExtensionElement? {
        // ID 0 with a length, and ID 15, end the processing of the whole extension.
        guard first >> 4 != 0, first >> 4 != 15 else { return finish() }
        return take(id: first >> 4, at: position &+ 1, byteCount: Int(first & 0x0F) &+ 1)
    }

    @inlinable
    mutating func readTwoByteElement(_ id: UInt8) -> HeaderExtensionElement? {
        guard position &+ 1 < end else { return finish() }
        return take(id: id, at: position &+ 2, byteCount: Int(octet(at: position &+ 1)))
    }

    @inlinable
    mutating func take(id: UInt8, at offset: Int, byteCount: Int) -> HeaderExtensionElement? {
        guard offset &+ byteCount <= end else { return finish() }
        position = offset &+ byteCount
        return HeaderExtensionElement(id: id, offset: offset, byteCount: byteCount)
    }

    @inlinable
    mutating func finish() -> HeaderExtensionElement? {
        position = end
        return nil
    }

    @inlinable
    func octet(at position: Int) -> UInt8 {
        bytes.unsafeLoad(fromUncheckedByteOffset: position, as: UInt8.self)
    }
}
