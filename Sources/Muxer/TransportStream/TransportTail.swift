import Timing
import Wire

/// What stands in a transport stream of ours behind the last part that its index lists.
///
/// Pictures go into the file as they come, a part's record when the part is whole: after a crash, what
/// is whole behind the last record becomes a part of its own.
public struct TransportTail {
    /// Octets of whole packets that hold whole units.
    public private(set) var byteCount = 0

    private var pictures = DecodeTimes()
    private var sound = DecodeTimes()
    private var isIndependent = false

    /// Reads the octets behind the last part, as far as they are whole.
    public init(_ octets: RawSpan) {
        var open: Unit?
        var offset = 0
        while offset + TransportPacket.byteCount <= octets.byteCount {
            let bytes = octets.extracting(offset..<offset + TransportPacket.byteCount)
            guard let packet = try? TransportPacket(parsing: bytes), !packet.hasError else {
                return
            }
            if let unit = open, packet.startsUnit || !packet.hasPayload {
                // One that says its length was closed when it was reached.
                guard unit.missing == nil else { return }
                take(unit, upTo: offset)
                open = nil
            }
            offset += TransportPacket.byteCount
            if packet.startsUnit, let unit = Unit(packet, bytes) {
                open = unit
            } else if let unit = open {
                guard unit.pid == packet.pid else { return }
                open?.goOn(packet)
            } else if packet.startsUnit || !packet.hasPayload {
                byteCount = offset  // a table, a clock reference
            } else {
                return
            }
            if let unit = open, unit.missing == 0 {
                take(unit, upTo: offset)
                open = nil
            }
        }
        if let unit = open, unit.missing == nil, unit.isStuffed { take(unit, upTo: offset) }
    }

    /// The part that it makes behind `last`, in a file with this header; `nil` where nothing whole is
    /// in it.
    public func part(after last: IndexedPart, in header: IndexHeader) -> IndexedPart? {
        let hasPictures = header.formats.contains { $0.kind == .video }
        let leading = pictures.count > 0 ? pictures : sound
        guard leading.count > 0, let byteCount = UInt32(exactly: byteCount) else { return nil }
        return IndexedPart(
            offset: last.end, byteCount: byteCount, start: last.start + last.duration,
            duration: leading.duration, isIndependent: isIndependent || !hasPictures,
            hasOtherSets: last.hasOtherSets)
    }

    private mutating func take(_ unit: Unit, upTo end: Int) {
        byteCount = end
        guard let stamp = unit.decodeStamp else { return }
        guard unit.isPicture else { return sound.add(stamp) }
        if pictures.count == 0 { isIndependent = unit.isKeyframe }
        pictures.add(stamp)
    }
}

/// A unit whose packets are being read.
private struct Unit {
    let pid: UInt16
    let isPicture: Bool
    let isKeyframe: Bool
    let decodeStamp: UInt64?
    /// Octets of it still to come; `nil` where it does not say.
    private(set) var missing: Int?
    /// Whether the packet read last was stuffed, as the last one of a unit is.
    private(set) var isStuffed: Bool

    init?(_ packet: TransportPacket, _ bytes: RawSpan) {
        var reader = ByteReader(bytes.extracting(packet.payloadOffset..<bytes.byteCount))
        guard let header = try? PESHeader(parsing: &reader) else { return nil }
        pid = packet.pid
        isPicture = header.streamID & 0xF0 == 0xE0
        isKeyframe = packet.adaptation?.isRandomAccess ?? false
        decodeStamp = header.decodeStamp ?? header.presentationStamp
        let count = bytes.byteCount - packet.payloadOffset - reader.offset
        missing = header.payloadByteCount.map { max($0 - count, 0) }
        isStuffed = false
    }

    mutating func goOn(_ packet: TransportPacket) {
        if let left = missing {
            missing = max(left - (TransportPacket.byteCount - packet.payloadOffset), 0)
        }
        isStuffed = packet.adaptation != nil
    }
}

/// One kind of units, by their decode times in 33 bits of 90 kHz.
private struct DecodeTimes {
    private(set) var count: Int64 = 0
    private var first: Int64 = 0
    private var last: Int64 = 0

    mutating func add(_ stamp: UInt64) {
        last = Int64(stamp)
        if count == 0 { first = last }
        count += 1
    }

    /// From the first one's beginning to the last one's end, which is taken to last as the others.
    var duration: Interval {
        let span = TransportTime.difference(last, first, period: TransportTime.stampPeriod)
        guard count > 1, span > 0, span < Self.spanLimit else { return .usualPicture }
        return Interval(nanoseconds: (span + span / (count - 1)) * 100_000 / 9)
    }

    /// Ten seconds: a part is never so long.
    private static let spanLimit: Int64 = 900_000
}
