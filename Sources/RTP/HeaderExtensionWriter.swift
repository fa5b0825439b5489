/// The two ways RFC 8285 writes header extension elements.
public enum HeaderExtensionForm: Hashable, Sendable {
    /// Identifiers 1...14, values of 1 to 16 octets.
    case oneByte
    /// Identifiers 1...255, values of 0 to 255 octets.
    case twoByte

    /// What stands in the packet to tell the forms apart (RFC 8285 §4.2, §4.3).
    @inlinable
    public var profile: UInt16 {
        switch self {
        case .oneByte: 0xBEDE
        case .twoByte: 0x1000
        }
    }

    /// Whether an element of this name and length can be written in this form.
    @inlinable
    public func fits(id: UInt8, byteCount: Int) -> Bool {
        switch self {
        case .oneByte: (1...14).contains(id) && (1...16).contains(byteCount)
        case .twoByte: id != 0 && (0...255).contains(byteCount)
        }
    }
}

/// Writes one header extension block straight into a packet, right after the fixed header.
///
/// ```swift
/// var writer = HeaderExtensionWriter(at: out + 12, capacity: 64)
/// let number = writer.append(id: 3, UInt16(0))   // stamped later, at out + 12 + number
/// let byteCount = writer.finish()                // a multiple of four; 0 when nothing was written
/// ```
public struct HeaderExtensionWriter {
    @usableFromInline let base: UnsafeMutableRawPointer
    @usableFromInline let capacity: Int
    @usableFromInline let form: HeaderExtensionForm
    @usableFromInline var position = 4

    /// Begins a block at `base`, where `capacity` octets may be written.
    @inlinable
    public init(
        at base: UnsafeMutableRawPointer,
        capacity: Int,
        form: HeaderExtensionForm = .oneByte
    ) {
        (self.base, self.capacity, self.form) = (base, capacity, form)
    }

    /// Appends an element of `byteCount` octets for the caller to fill in.
    ///
    /// - Returns: The value's offset from the block's first octet; `nil`, and nothing written, when
    ///   the form cannot hold the element or the room is too small.
    @inlinable
    public mutating func reserve(id: UInt8, byteCount: Int) -> Int? {
        let prefix = form == .oneByte ? 1 : 2
        let padded = (position &+ prefix &+ byteCount &+ 3) & ~3
        guard form.fits(id: id, byteCount: byteCount), padded <= capacity else { return nil }
        switch form {
        case .oneByte:
            let octet = id << 4 | UInt8(truncatingIfNeeded: byteCount &- 1)
            base.storeBytes(of: octet, toByteOffset: position, as: UInt8.self)
        case .twoByte:
            base.storeBytes(of: id, toByteOffset: position, as: UInt8.self)
            let length = UInt8(truncatingIfNeeded: byteCount)
            base.storeBytes(of: length, toByteOffset: position &+ 1, as: UInt8.self)
        }
        let value = position &+ prefix
        position = value &+ byteCount
        return value
    }

    /// Appends a copy of `byteCount` octets; see `reserve(id:byteCount:)` for the result.
    @inlinable
    @discardableResult
    public mutating func append(id: UInt8, bytes: UnsafeRawPointer, byteCount: Int) -> Int? {
        guard let offset = reserve(id: id, byteCount: byteCount) else { return nil }
        (base + offset).copyMemory(from: bytes, byteCount: byteCount)
        return offset
    }

    /// Appends one octet; see `reserve(id:byteCount:)` for the result.
    @inlinable
    @discardableResult
    public mutating func append(id: UInt8, _ value: UInt8) -> Int? {
        append(id: id, number: UInt64(value), byteCount: 1)
    }

    /// Appends two octets; see `reserve(id:byteCount:)` for the result.
    @inlinable
    @discardableResult
    public mutating func append(id: UInt8, _ value: UInt16) -> Int? {
        append(id: id, number: UInt64(value), byteCount: 2)
    }

    /// Appends the low `byteCount` octets of `number`, most significant first, at most eight; see
    /// `reserve(id:byteCount:)` for the result.
    @inlinable
    @discardableResult
    public mutating func append(id: UInt8, number: UInt64, byteCount: Int) -> Int? {
        guard let offset = reserve(id: id, byteCount: byteCount) else { return nil }
        for index in 0..<byteCount {
            let shift = UInt64(truncatingIfNeeded: 8 &* (byteCount &- 1 &- index))
            let octet = UInt8(truncatingIfNeeded: number >> shift)
            base.storeBytes(of: octet, toByteOffset: offset &+ index, as: UInt8.self)
        }
        return offset
    }

    /// Pads the block and writes its header.
    ///
    /// - Returns: The block's length, a multiple of four; 0, and nothing written, when no element
    ///   was appended: the packet then goes without an extension.
    @inlinable
    public mutating func finish() -> Int {
        guard position > 4 else { return 0 }
        while position & 3 != 0 {
            base.storeBytes(of: 0, toByteOffset: position, as: UInt8.self)
            position &+= 1
        }
        let words = UInt16(truncatingIfNeeded: position / 4 - 1)
        base.storeBytes(of: form.profile.bigEndian, as: UInt16.self)
        base.storeBytes(of: words.bigEndian, toByteOffset: 2, as: UInt16.self)
        return position
    }
}
