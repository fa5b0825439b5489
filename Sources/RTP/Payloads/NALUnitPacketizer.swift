import Codecs

/// Cuts access units of H.264 or H.265 into payloads: small units joined, large ones cut into fragments
/// of one length, and key frames without parameter sets given the last ones before them.
struct NALUnitPacketizer: Sendable {
    /// How payloads are made.
    struct Rules: Sendable {
        var payloadByteCountLimit: Int
        /// Whether small units share a packet.
        var aggregates: Bool
        /// Whether a unit may be cut; without that one that does not fit cannot be sent.
        var fragments = true
        var insertsParameterSets: Bool
        /// The types of units that stay behind, a bit each.
        var droppedTypes: UInt64 = 0
    }

    /// The format, and the parameter sets as last heard.
    var format: NALFormat
    var stamp: PacketStamp

    private let rules: Rules
    private var timestamp: UInt32 = 0
    private var joinable = Joinable.none

    /// What the batch's last packet is to a unit that follows.
    private enum Joinable { case none, single, aggregate }

    init(_ format: NALFormat, _ stamp: PacketStamp, _ rules: Rules) {
        (self.format, self.stamp, self.rules) = (format, stamp, rules)
    }

    /// Appends the packets of one access unit to `batch`, the last one marked; answers whether all of
    /// it could be cut. If not, nothing is appended.
    mutating func packetize(
        _ accessUnit: RawSpan, framing: NALUnitFraming, timestamp: UInt32,
        into batch: inout PacketBatch
    ) -> Bool {
        guard let lacksSets = survey(accessUnit, framing) else { return false }
        self.timestamp = timestamp
        joinable = .none
        let first = batch.count
        var mustInsert = lacksSets && rules.insertsParameterSets
        var units = NALUnits(accessUnit, framing: framing)
        while let unit = units.next() {
            if mustInsert, !format.isDelimiter(octet: octet(unit, 0)) {
                mustInsert = false
                for set in format.sets { append(set.span.bytes, to: &batch) }
            }
            if !isDropped(unit) { append(unit, to: &batch) }
        }
        if batch.count > first { batch.markLast() }
        return true
    }

    /// Learns the parameter sets, and says whether a key frame lacks them; `nil` when the access unit
    /// is malformed, or holds a unit that cannot be cut.
    private mutating func survey(_ accessUnit: RawSpan, _ framing: NALUnitFraming) -> Bool? {
        var (isKeyframe, hasSets) = (false, false)
        var units = NALUnits(accessUnit, framing: framing)
        while let unit = units.next() {
            guard unit.byteCount >= format.leastUnitByteCount else { return nil }
            switch format.role(octet: octet(unit, 0), slice: nil) {
            case .picture(_, let isRandomAccess, _): isKeyframe = isKeyframe || isRandomAccess
            case .parameterSet(let kind):
                if kind == format.sequenceSetKind { hasSets = true }
                _ = format.learn(unit)
            case .delimiter, .other: break
            case .invalid: return nil
            }
            let fits = unit.byteCount <= rules.payloadByteCountLimit
            guard fits || rules.fragments || isDropped(unit) else { return nil }
        }
        return units.isMalformed ? nil : isKeyframe && !hasSets
    }

    private func isDropped(_ unit: RawSpan) -> Bool {
        rules.droppedTypes >> UInt64(format.type(octet: octet(unit, 0))) & 1 != 0
    }

    private mutating func append(_ unit: RawSpan, to batch: inout PacketBatch) {
        if unit.byteCount > rules.payloadByteCountLimit {
            fragment(unit, into: &batch)
        } else if !join(unit, in: &batch) {
            batch.begin(stamp.header(timestamp: timestamp))
            batch.append(unit)
            joinable = rules.aggregates ? .single : .none
        }
    }

    /// Adds `unit` to the last packet, which becomes an aggregate with its second unit.
    private mutating func join(_ unit: RawSpan, in batch: inout PacketBatch) -> Bool {
        guard joinable != .none else { return false }
        let headerByteCount = format.headerByteCount
        let present = batch.lastPayloadByteCount
        let overhead = joinable == .single ? headerByteCount + 4 : 2
        guard present + overhead + unit.byteCount <= rules.payloadByteCountLimit,
            unit.byteCount <= UInt16.max
        else { return false }
        let all = batch.lastHeader(byteCount: headerByteCount)
        if joinable == .single {
            batch.insertIntoLast(byteCount: headerByteCount + 2)
            batch.setLast(UInt16(present), byteCount: 2, at: headerByteCount)
            joinable = .aggregate
        }
        let header = format.aggregateHeader(all, format.header(of: unit))
        batch.setLast(header, byteCount: headerByteCount, at: 0)
        batch.append(UInt16(unit.byteCount))
        batch.append(unit)
        return true
    }

    /// Cuts `unit` into as few fragments as the limit allows, all of one length.
    private mutating func fragment(_ unit: RawSpan, into batch: inout PacketBatch) {
        joinable = .none
        let first = format.headerByteCount
        let size = equalPieces(
            of: unit.byteCount - first, limit: rules.payloadByteCountLimit - first - 1)
        let header = format.fragmentHeader(format.header(of: unit))
        let type = format.type(octet: octet(unit, 0))
        var start = first
        while start < unit.byteCount {
            let end = min(start + size, unit.byteCount)
            batch.begin(stamp.header(timestamp: timestamp))
            if first == 2 { batch.append(UInt8(truncatingIfNeeded: header >> 8)) }
            batch.append(UInt8(truncatingIfNeeded: header))
            batch.append((start == first ? 0x80 : 0) | (end == unit.byteCount ? 0x40 : 0) | type)
            batch.append(unit.extracting(start..<end))
            start = end
        }
    }

    private func octet(_ bytes: RawSpan, _ offset: Int) -> UInt8 {
        bytes.unsafeLoad(fromUncheckedByteOffset: offset, as: UInt8.self)
    }
}
