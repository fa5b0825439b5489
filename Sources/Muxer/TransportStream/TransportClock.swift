import Timing
import Wire

/// Where the stream's time is, and when it was last written down.
struct TransportClock {
    /// The latest decode time; `nil` before the first sample.
    var now: Interval?
    /// When the last clock reference was written; `nil` when one is due at once.
    var lastReference: Interval?
    /// When the tables last came, as a reader tells by their place between two references; `nil`
    /// when they are due at once.
    var lastTables: Interval?
    /// What stands before the caller's buffer: octets of the stream less those in the buffer.
    var origin = 0
    /// Where in the stream the last reference's packet began.
    var referenceOffset = 0
    /// Whether the next reference begins a new time base.
    var hasJumped = false

    /// The program clock reference for now, 42 bits and wrapped.
    var reference: Int64 {
        let ticks = (now ?? .zero).ticks27 % TransportTime.referencePeriod
        return ticks < 0 ? ticks + TransportTime.referencePeriod : ticks
    }

    /// Whether time has moved since the last reference.
    var needsReference: Bool { lastReference != now }

    /// The field of a packet that begins at `offset` and carries the reference for now.
    mutating func takeReference(at offset: Int) -> AdaptationField {
        defer { (lastReference, referenceOffset, hasJumped) = (now, origin + offset, false) }
        var field = AdaptationField()
        field.programClockReference = reference
        field.isDiscontinuity = hasJumped
        return field
    }

    /// Notes tables that begin at `offset`, `byteCount` octets before the reference for now.
    mutating func tablesBegin(at offset: Int, byteCount: Int) {
        lastTables = now
        guard let now, let last = lastReference, now > last else { return }
        let before = Int64(origin + offset - referenceOffset)
        let elapsed = (now - last).nanoseconds
        let share = Double(before) / Double(before + Int64(byteCount))
        lastTables = last + Interval(nanoseconds: Int64(Double(elapsed) * share))
    }
}
