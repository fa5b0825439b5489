public import Codecs

/// Cuts access units into H.265 payloads (RFC 7798), without DONL.
///
/// The fragments of one NAL unit are equal in length, the last at most a few octets shorter. Small
/// units that follow each other share an aggregate. A key frame that comes without parameter sets gets
/// the last ones before it.
public struct H265Packetizer: Sendable {
    /// How payloads are made.
    public struct Configuration: Hashable, Sendable {
        /// Octets of the largest payload, behind the RTP header.
        public var payloadByteCountLimit = 1_200
        /// Whether small units share a packet.
        public var aggregates = true
        /// Whether access unit delimiters stay behind: RTP needs none.
        public var dropsDelimiters = true
        /// Whether filler stays behind.
        public var dropsFiller = true
        /// Whether key frames without parameter sets get the last ones.
        public var insertsParameterSets = true

        /// 1 200 octets, what a browser wants.
        public init() {}
    }

    /// The number that the next packet gets.
    public var sequenceNumber: UInt16 { stamp.sequenceNumber }
    /// The parameter sets as last heard, or as SDP gave them.
    public var parameterSets = H265ParameterSets()

    private let configuration: Configuration
    private var stamp: PacketStamp
    private var timestamp: UInt32 = 0
    private var joinable = Joinable.none

    /// What the batch's last packet is to a unit that follows.
    private enum Joinable { case none, single, aggregate }

    /// A packetizer of one stream, whose packets are numbered from `sequenceNumber`.
    public init(
        payloadType: UInt8, ssrc: UInt32, sequenceNumber: UInt16,
        configuration: Configuration = Configuration()
    ) {
        stamp = PacketStamp(payloadType: payloadType, ssrc: ssrc, sequenceNumber: sequenceNumber)
        self.configuration = configuration
    }

    /// Appends the packets of one access unit to `batch`, the last one marked.
    ///
    /// - Returns: Whether all of it could be cut; if not, nothing is appended.
    @discardableResult
    public mutating func packetize(
        _ accessUnit: RawSpan,
        framing: NALUnitFraming = AccessUnit.framing,
        timestamp: UInt32,
        into batch: inout PacketBatch
    ) -> Bool {
        guard let lacksSets = survey(accessUnit, framing) else { return false }
        self.timestamp = timestamp
        joinable = .none
        let first = batch.count
        var mustInsert = lacksSets && configuration.insertsParameterSets
        var units = NALUnits(accessUnit, framing: framing)
        while let unit = units.next() {
            let type = H265UnitType(octet: octet(unit, 0))
            if mustInsert, type != .delimiter {
                mustInsert = false
                for set in parameterSets.units { append(set.span.bytes, to: &batch) }
            }
            if !isDropped(type) { append(unit, to: &batch) }
        }
        if batch.count > first { batch.markLast() }
        return true
    }

    /// Leaves `count` numbers out, so that a receiver sees that something is missing and asks for a
    /// key frame.
    public mutating func skipSequenceNumbers(_ count: UInt16 = 1) { stamp.sequenceNumber &+= count }

    /// Learns the parameter sets, and says whether a key frame lacks them; `nil` when the access unit
    /// is malformed.
    private mutating func survey(_ accessUnit: RawSpan, _ framing: NALUnitFraming) -> Bool? {
        var (isKeyframe, hasSets) = (false, false)
        var units = NALUnits(accessUnit, framing: framing)
        while let unit = units.next() {
            let type = H265UnitType(octet: octet(unit, 0))
            guard unit.byteCount > 2, type.rawValue < H265UnitType.aggregate.rawValue else {
                return nil
            }
            if type.isRandomAccess { isKeyframe = true }
            if type == .sequenceParameterSet { hasSets = true }
            parameterSets.learn(unit)
        }
        return units.isMalformed ? nil : isKeyframe && !hasSets
    }

    private func isDropped(_ type: H265UnitType) -> Bool {
        switch type {
        case .delimiter: configuration.dropsDelimiters
        case .filler: configuration.dropsFiller
        default: false
        }
    }

    private mutating func append(_ unit: RawSpan, to batch: inout PacketBatch) {
        if unit.byteCount > configuration.payloadByteCountLimit {
            fragment(unit, into: &batch)
        } else if !join(unit, in: &batch) {
            batch.begin(stamp.header(timestamp: timestamp))
            batch.append(unit)
            joinable = configuration.aggregates ? .single : .none
        }
    }

    /// Adds `unit` to the last packet, which becomes an aggregate with its second unit (§4.4.2).
    private mutating func join(_ unit: RawSpan, in batch: inout PacketBatch) -> Bool {
        guard joinable != .none else { return false }
        let present = batch.lastPayloadByteCount
        let overhead = joinable == .single ? 6 : 2
        guard present + overhead + unit.byteCount <= configuration.payloadByteCountLimit,
            unit.byteCount <= UInt16.max
        else { return false }
        if joinable == .single {
            let header = batch.lastPayloadHeader
            batch.insertIntoLast([
                UInt8(header >> 8), UInt8(header & 0xFF), UInt8(present >> 8),
                UInt8(present & 0xFF),
            ])
            joinable = .aggregate
        }
        // Forbidden bit if any has it, the lowest layers of all.
        let (all, own) = (
            batch.lastPayloadHeader, UInt16(octet(unit, 0)) << 8 | UInt16(octet(unit, 1))
        )
        batch.lastPayloadHeader =
            (all | own) & 0x8000 | UInt16(H265UnitType.aggregate.rawValue) << 9
            | min(all & 0x01F8, own & 0x01F8) | min(all & 0x07, own & 0x07)
        batch.append(UInt16(unit.byteCount))
        batch.append(unit)
        return true
    }

    /// Cuts `unit` into as few fragments as the limit allows, all of one length (§4.4.3).
    private mutating func fragment(_ unit: RawSpan, into batch: inout PacketBatch) {
        joinable = .none
        let size = equalPieces(
            of: unit.byteCount - 2, limit: configuration.payloadByteCountLimit - 3)
        let (first, second) = (octet(unit, 0), octet(unit, 1))
        var start = 2
        while start < unit.byteCount {
            let end = min(start + size, unit.byteCount)
            batch.begin(stamp.header(timestamp: timestamp))
            batch.append(first & 0x81 | H265UnitType.fragment.rawValue << 1)
            batch.append(second)
            batch.append(
                (start == 2 ? 0x80 : 0) | (end == unit.byteCount ? 0x40 : 0) as UInt8
                    | H265UnitType(octet: first).rawValue)
            batch.append(unit.extracting(start..<end))
            start = end
        }
    }

    private func octet(_ bytes: RawSpan, _ offset: Int) -> UInt8 {
        bytes.unsafeLoad(fromUncheckedByteOffset: offset, as: UInt8.self)
    }
}
