import Codecs
import Timing
import Wire

/// Makes temporal units of AV1 payloads (AV1 RTP 1.0): OBUs, each with its size, without the temporal
/// delimiter, as MP4 and Matroska store them.
///
/// After a loss only a sequence header proves that nothing of its temporal unit is missing; another
/// one is dropped with what was lost.
public struct AV1Depacketizer: Depacketizer, Sendable {
    private var frame: FrameAssembler
    private var unitStart: Int?  // of an OBU that goes on in the next packet
    private var hasSequenceHeader = false
    private var hasPicture = false

    /// A depacketizer of one stream.
    public init(_ policy: FramePolicy = FramePolicy()) { frame = FrameAssembler(policy) }

    /// What became of the temporal units.
    public var statistics: DepacketizerStatistics { frame.units.statistics }

    /// Takes the payload of the packet at `position`.
    public mutating func receive(_ payload: RawSpan, at position: PacketPosition) {
        if frame.needsEnd(at: position) { end() }
        frame.open(at: position)
        if position.lostBefore > 0 { unitStart = nil }
        do throws(ParseError) {
            try read(payload)
        } catch {
            frame.spoil(.malformed)
            unitStart = nil
        }
        if position.marker { end() }
    }

    /// Ends the temporal unit that waits for more: its marker has not come.
    public mutating func finish() {
        if frame.hasBegun { frame.spoil(.unfinishedFragment) }
        end()
    }

    /// The oldest temporal unit that is ready.
    public mutating func next() -> AccessUnit? { frame.units.next() }

    /// Takes the memory of a temporal unit back that is not needed any more.
    public mutating func recycle(_ unit: consuming AccessUnit) { frame.units.recycle(unit) }

    private mutating func end() {
        if unitStart != nil { frame.spoil(.unfinishedFragment) }
        if !hasPicture { frame.spoil(.withoutPicture) }
        frame.end()
        (unitStart, hasSequenceHeader, hasPicture) = (nil, false, false)
    }

    // MARK: - Elements

    /// The OBU elements behind the aggregation header (§4.3).
    private mutating func read(_ payload: RawSpan) throws(ParseError) {
        let header = try AV1AggregationHeader(parsing: payload)
        var reader = ByteReader(payload)
        try reader.skip(1)
        if reader.isAtEnd { throw .truncated(at: 1, needed: 1) }
        var index = 0
        while !reader.isAtEnd {
            let isLastOfKnown = Int(header.elementCount) == index + 1
            let count = isLastOfKnown ? reader.remaining : try reader.readLEB128()
            let element = try reader.read(count)
            try take(
                element, isContinuation: index == 0 && header.continuesPrevious,
                isContinued: reader.isAtEnd && header.continuesInNext)
            index += 1
        }
        if header.elementCount > 0, index != Int(header.elementCount) {
            throw .invalid(field: "W", at: 0)
        }
    }

    private mutating func take(
        _ element: RawSpan, isContinuation: Bool, isContinued: Bool
    ) throws(ParseError) {
        if isContinuation {
            guard let start = unitStart else { return frame.spoil(frame.causeOfMissingStart) }
            frame.append(element)
            if !isContinued { try endUnit(from: start) }
            return
        }
        if unitStart != nil {
            frame.spoil(.unfinishedFragment)
            unitStart = nil
        }
        guard !element.isEmpty else { return }
        let start = frame.bytes.count
        if start == 0 { proveBeginning(element) }
        frame.append(element)
        if isContinued { unitStart = start } else { try endUnit(from: start) }
    }

    private mutating func proveBeginning(_ element: RawSpan) {
        let octet = element.unsafeLoad(fromUncheckedByteOffset: 0, as: UInt8.self)
        switch AV1OBUType(rawValue: octet >> 3) {
        case .sequenceHeader, .temporalDelimiter: frame.proveBeginning()
        default: if frame.causeOfMissingStart == .lost { frame.spoil(.lost) }
        }
    }

    /// Looks at the OBU that is whole now and lies last, and writes its size behind its header.
    private mutating func endUnit(from start: Int) throws(ParseError) {
        unitStart = nil
        guard frame.broken == nil, start < frame.bytes.count else { return }
        let unit = try WholeUnit(frame.bytes.span.bytes.extracting(start..<frame.bytes.count))
        if unit.type == .temporalDelimiter || unit.type == .tileList {
            frame.bytes.removeLast(frame.bytes.count - start)  // no business in RTP (§5)
            return
        }
        var payloadStart = start + unit.payloadOffset
        if let size = unit.missingSize {
            let octets = leb128(size)
            frame.bytes[start] |= 0x02
            frame.bytes.insert(contentsOf: octets, at: payloadStart)
            payloadStart += octets.count
        }
        note(unit.type, payloadAt: payloadStart)
    }

    /// What must be known of an OBU to write its size.
    private struct WholeUnit {
        var type: AV1OBUType
        var payloadOffset: Int
        var missingSize: Int?

        init(_ unit: RawSpan) throws(ParseError) {
            let header = try AV1OBUHeader(parsing: unit)
            (type, payloadOffset) = (header.type, header.byteCount)
            guard header.hasSize else {
                missingSize = unit.byteCount - payloadOffset
                return
            }
            var reader = ByteReader(unit)
            try reader.skip(header.byteCount)
            guard try reader.readLEB128() == reader.remaining else {
                throw .invalid(field: "obu_size", at: header.byteCount)
            }
            payloadOffset = reader.offset
        }
    }

    /// A key frame is the first frame behind a sequence header, if it is of that type (§5.9.2).
    private mutating func note(_ type: AV1OBUType, payloadAt start: Int) {
        if type == .sequenceHeader { hasSequenceHeader = true }
        guard type.isPicture else { return }
        if !hasPicture, hasSequenceHeader, type != .tileGroup, start < frame.bytes.count {
            // show_existing_frame is not set and frame_type is KEY_FRAME.
            frame.isKeyframe = frame.bytes[start] & 0xE0 == 0
        }
        hasPicture = true
    }
}

/// A length of AV1 in as few octets as it needs (AV1 specification §4.10.5).
func leb128(_ value: Int) -> [UInt8] {
    var (rest, octets) = (value, [UInt8]())
    repeat {
        let low = UInt8(truncatingIfNeeded: rest & 0x7F)
        rest >>= 7
        octets.append(rest > 0 ? low | 0x80 : low)
    } while rest > 0
    return octets
}
