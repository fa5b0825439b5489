public import Codecs

/// Cuts access units into H.264 payloads (RFC 6184, packetization modes 0 and 1).
///
/// The fragments of one NAL unit are equal in length, the last at most a few octets shorter, so that
/// they leave as one segmented send. Small units that follow each other share a STAP-A. A key frame
/// that comes without parameter sets gets the last ones before it.
public struct H264Packetizer: Sendable {
    /// How payloads are made.
    public struct Configuration: Hashable, Sendable {
        /// Octets of the largest payload, behind the RTP header.
        public var payloadByteCountLimit = 1_200
        /// Whether units may be joined and fragmented: packetization mode 1. Without it a unit that
        /// does not fit cannot be sent.
        public var isNonInterleaved = true
        /// Whether small units share a packet, in mode 1.
        public var aggregates = true
        /// Whether access unit delimiters stay behind: RTP needs none.
        public var dropsDelimiters = true
        /// Whether supplemental enhancement information stays behind.
        public var dropsSupplements = false
        /// Whether filler stays behind.
        public var dropsFiller = true
        /// Whether key frames without parameter sets get the last ones.
        public var insertsParameterSets = true

        /// Mode 1, 1 200 octets, what a browser wants.
        public init() {}
    }

    /// The number that the next packet gets.
    public var sequenceNumber: UInt16 { stamp.sequenceNumber }
    /// The parameter sets as last heard, or as SDP gave them.
    public var parameterSets = H264ParameterSets()

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
        let needed = survey(accessUnit, framing)
        guard let lacksSets = needed else { return false }
        self.timestamp = timestamp
        joinable = .none
        let first = batch.count
        var mustInsert = lacksSets && configuration.insertsParameterSets
        var units = NALUnits(accessUnit, framing: framing)
        while let unit = units.next() {
            let type = H264UnitType(octet: octet(unit, 0))
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
    /// is malformed, or holds a unit that cannot be cut.
    private mutating func survey(_ accessUnit: RawSpan, _ framing: NALUnitFraming) -> Bool? {
        var (isKeyframe, hasSets) = (false, false)
        var units = NALUnits(accessUnit, framing: framing)
        while let unit = units.next() {
            let type = H264UnitType(octet: octet(unit, 0))
            guard (1...23).contains(type.rawValue) else { return nil }
            if type == .idrSlice { isKeyframe = true }
            if type == .sequenceParameterSet { hasSets = true }
            parameterSets.learn(unit)
            let mustFit = !configuration.isNonInterleaved && !isDropped(type)
            if mustFit, unit.byteCount > configuration.payloadByteCountLimit { return nil }
        }
        return units.isMalformed ? nil : isKeyframe && !hasSets
    }

    private func isDropped(_ type: H264UnitType) -> Bool {
        switch type {
        case .delimiter: configuration.dropsDelimiters
        case .supplement: configuration.dropsSupplements
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
            joinable = configuration.isNonInterleaved && configuration.aggregates ? .single : .none
        }
    }

    /// Adds `unit` to the last packet, which becomes a STAP-A with its second unit.
    private mutating func join(_ unit: RawSpan, in batch: inout PacketBatch) -> Bool {
        guard joinable != .none else { return false }
        let present = batch.lastPayloadByteCount
        let overhead = joinable == .single ? 5 : 2
        guard present + overhead + unit.byteCount <= configuration.payloadByteCountLimit,
            unit.byteCount <= UInt16.max
        else { return false }
        if joinable == .single {
            let (high, low) = (UInt8(present >> 8), UInt8(present & 0xFF))
            batch.insertIntoLast([batch.lastPayloadOctet, high, low])
            joinable = .aggregate
        }
        // Forbidden bit if any has it, the highest importance of all (§5.7.1).
        let (all, own) = (batch.lastPayloadOctet, octet(unit, 0))
        batch.lastPayloadOctet =
            (all | own) & 0x80 | max(all & 0x60, own & 0x60) | H264UnitType.stapA.rawValue
        batch.append(UInt16(unit.byteCount))
        batch.append(unit)
        return true
    }

    /// Cuts `unit` into as few FU-A as the limit allows, all of one length (§5.8).
    private mutating func fragment(_ unit: RawSpan, into batch: inout PacketBatch) {
        joinable = .none
        let size = equalPieces(
            of: unit.byteCount - 1, limit: configuration.payloadByteCountLimit - 2)
        let header = octet(unit, 0)
        var start = 1
        while start < unit.byteCount {
            let end = min(start + size, unit.byteCount)
            let (isFirst, isLast) = (start == 1, end == unit.byteCount)
            batch.begin(stamp.header(timestamp: timestamp))
            batch.append(header & 0xE0 | H264UnitType.fuA.rawValue)
            batch.append((isFirst ? 0x80 : 0) | (isLast ? 0x40 : 0) | header & 0x1F)
            batch.append(unit.extracting(start..<end))
            start = end
        }
    }

    private func octet(_ bytes: RawSpan, _ offset: Int) -> UInt8 {
        bytes.unsafeLoad(fromUncheckedByteOffset: offset, as: UInt8.self)
    }
}
