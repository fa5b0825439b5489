import Timing

/// What the router knows of one received packet: all a consumer needs to write its own copy.
///
/// The octets lie in a `PacketSlab` slot and are never edited. Trivial, so that a burst of records
/// costs no reference counting.
struct PacketRecord {
    var sequence: Int64  // of the producer's stream, unwrapped
    var timestamp: UInt32
    var slot: UInt32
    var payloadOffset: UInt16
    var payloadByteCount: UInt16
    var marker: Bool
    var isKeyframe: Bool
    var leadCount: UInt8 = 0  // of a key frame: numbers before it of which some may still come
    var extensions = ForwardedExtensions()
    var arrival: UInt32 = 0  // when it came, in ticks

    /// A point in time in ticks of 2^20 nanoseconds, which wrap after fifty days.
    static func ticks(at now: Instant) -> UInt32 {
        UInt32(truncatingIfNeeded: now.nanoseconds >> 20)
    }

    /// How many ticks it may wait for room to send, a tenth of a second: live media that comes late
    /// is of no use.
    static let patience: UInt32 = 95

    /// How many ticks it has been here.
    func age(at now: Instant) -> UInt32 { Self.ticks(at: now) &- arrival }

    /// The payload, where the packet's slot begins at `packet`.
    func payload(in packet: UnsafeRawPointer) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: packet + Int(payloadOffset), count: Int(payloadByteCount))
    }

    /// Stands in a ring's place that holds no packet; no stream reaches its number.
    static let vacant = PacketRecord(
        sequence: .min, timestamp: 0, slot: 0, payloadOffset: 0, payloadByteCount: 0,
        marker: false, isKeyframe: false)
}
