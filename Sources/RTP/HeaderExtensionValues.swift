public import Timing

/// When a packet left, on the sender's clock: 24 bits, 6.18 fixed point, wrapping after 64 s.
public struct AbsoluteSendTime: Hashable, Sendable {
    /// The low 24 bits as the wire has them.
    public var value: UInt32

    /// A time as it stands on the wire.
    @inlinable
    public init(value: UInt32) { self.value = value & 0xFF_FFFF }

    /// The moment `instant`, on the monotonic clock: only differences mean anything.
    @inlinable
    public init(_ instant: Instant) {
        let wrapped = UInt64(bitPattern: instant.nanoseconds) % 64_000_000_000
        value = UInt32(truncatingIfNeeded: (wrapped << 18) / 1_000_000_000)
    }
}

/// The loudness of one packet of sound (RFC 6464 §3).
public struct AudioLevel: Hashable, Sendable {
    /// Whether the sender believes that somebody speaks.
    public var hasVoice: Bool
    /// Decibels below overload: 0 is the loudest, 127 is silence.
    public var attenuation: UInt8

    /// The element's one octet.
    @inlinable
    public init(octet: UInt8) { (hasVoice, attenuation) = (octet & 0x80 != 0, octet & 0x7F) }

    /// The element's one octet.
    @inlinable
    public var octet: UInt8 { (hasVoice ? 0x80 : 0) | attenuation & 0x7F }
}

/// How the picture is to be turned before it is shown (3GPP TS 26.114 §7.4.5).
public struct VideoOrientation: Hashable, Sendable {
    /// Whether the camera looks away from the user (C).
    public var isBackCamera: Bool
    /// Whether the picture is mirrored (F).
    public var isMirrored: Bool
    /// Clockwise quarter turns to apply, 0...3.
    public var quarterTurns: UInt8

    /// The element's one octet.
    @inlinable
    public init(octet: UInt8) {
        (isBackCamera, isMirrored) = (octet & 0x08 != 0, octet & 0x04 != 0)
        quarterTurns = octet & 0x03
    }

    /// The element's one octet.
    @inlinable
    public var octet: UInt8 {
        (isBackCamera ? 0x08 : 0) | (isMirrored ? 0x04 : 0) | quarterTurns & 0x03
    }
}

/// How long a receiver may hold a frame before it shows it, in steps of 10 ms.
public struct PlayoutDelay: Hashable, Sendable {
    /// The least delay, 0...4 095 steps.
    public var minimum: UInt16
    /// The greatest delay, 0...4 095 steps.
    public var maximum: UInt16

    /// The element's three octets, most significant first.
    @inlinable
    public init(value: UInt32) {
        minimum = UInt16(truncatingIfNeeded: value >> 12 & 0xFFF)
        maximum = UInt16(truncatingIfNeeded: value & 0xFFF)
    }

    /// The element's three octets, most significant first.
    @inlinable
    public var value: UInt32 { UInt32(minimum & 0xFFF) << 12 | UInt32(maximum & 0xFFF) }
}

/// When the medium was captured, on the capturing system's clock; eight or sixteen octets.
public struct AbsoluteCaptureTime: Hashable, Sendable {
    /// The capture's time on the first system's NTP clock.
    public var captured: NTPTimestamp
    /// What a middlebox adds to its own clock to get the capturer's, 32.32 fixed point seconds;
    /// `nil` when the sender is the capturer itself.
    public var clockOffset: Int64?

    /// A capture time as the wire has it.
    @inlinable
    public init(captured: NTPTimestamp, clockOffset: Int64? = nil) {
        (self.captured, self.clockOffset) = (captured, clockOffset)
    }

    /// Reads `element`; `nil` when its length is neither eight nor sixteen.
    @inlinable
    public init?(_ element: HeaderExtensionElement, in bytes: RawSpan) {
        guard element.byteCount == 8 || element.byteCount == 16 else { return nil }
        var half = HeaderExtensionElement(id: element.id, offset: element.offset, byteCount: 8)
        guard let captured = half.number(in: bytes) else { return nil }
        self.captured = NTPTimestamp(value: captured)
        guard element.byteCount == 16 else { return }
        half.offset += 8
        guard let offset = half.number(in: bytes) else { return nil }
        clockOffset = Int64(bitPattern: offset)
    }
}
