public import Timing
import Wire

/// One part of a growing file, as the index lists it: what a playlist names and a player asks for.
public struct IndexedPart: Hashable, Sendable {
    /// Of its first octet in the file.
    public var offset: UInt64
    /// Octets of it.
    public var byteCount: UInt32
    /// When its first sample is decoded, as it was handed in.
    public var start: Interval
    /// Up to the next part's start.
    public var duration: Interval
    /// Whether a decoder can begin here.
    public var isIndependent: Bool
    /// Whether its pictures may want other parameter sets than the file began with: theirs stand before
    /// key frames, here and in all that follows.
    public var hasOtherSets: Bool

    /// A part of these measures.
    public init(
        offset: UInt64, byteCount: UInt32, start: Interval, duration: Interval,
        isIndependent: Bool, hasOtherSets: Bool = false
    ) {
        (self.offset, self.byteCount) = (offset, byteCount)
        (self.start, self.duration) = (start, duration)
        (self.isIndependent, self.hasOtherSets) = (isIndependent, hasOtherSets)
    }

    /// The offset behind its last octet.
    public var end: UInt64 { offset + UInt64(byteCount) }
}

extension IndexedPart {
    /// Reads a record's content as far as the part goes.
    init(parsing reader: inout ByteReader) throws(ParseError) {
        offset = try reader.readUInt64()
        byteCount = try reader.readUInt32()
        start = Interval(nanoseconds: Int64(bitPattern: try reader.readUInt64()))
        duration = Interval(nanoseconds: Int64(bitPattern: try reader.readUInt64()))
        let flags = try reader.readUInt8()
        guard flags <= 3 else { throw .invalid(field: "part flags", at: 28) }
        (isIndependent, hasOtherSets) = (flags & 1 != 0, flags & 2 != 0)
        guard start.nanoseconds.magnitude < 1 << 61, duration.nanoseconds.magnitude < 1 << 60 else {
            throw .invalid(field: "part time", at: 12)
        }
        guard offset <= UInt64(Int64.max) - UInt64(byteCount) else {
            throw .invalid(field: "part offset", at: 0)
        }
    }

    /// Appends what stands first in a record's content.
    func write(to writer: inout ByteWriter) {
        writer.write(offset)
        writer.write(byteCount)
        writer.write(UInt64(bitPattern: start.nanoseconds))
        writer.write(UInt64(bitPattern: duration.nanoseconds))
        writer.write(UInt8((isIndependent ? 1 : 0) | (hasOtherSets ? 2 : 0)))
    }
}
