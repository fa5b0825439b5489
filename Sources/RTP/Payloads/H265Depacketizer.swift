public import Codecs
import Timing
import Wire

/// Makes access units of H.265 payloads (RFC 7798) without DONL: single NAL units, aggregates and
/// fragments.
///
/// Units end and faults of cameras are taken as `H264Depacketizer` does. A key frame is any picture of
/// random access: IDR, BLA or CRA.
public struct H265Depacketizer: Depacketizer, Sendable {
    /// What is handed out, and what is held back.
    public struct Configuration: Hashable, Sendable {
        /// Sets known from SDP; those of the stream replace them.
        public var parameterSets = H265ParameterSets()
        /// Which units go out, and how large they may be.
        public var policy = FramePolicy()
        /// Whether key frames get the known parameter sets where the stream left them out.
        public var insertsParameterSets = true

        /// Whole units from the first key frame on, key frames with their parameter sets.
        public init() {}
    }

    private var assembler: NALUnitAssembler

    /// A depacketizer of one stream.
    public init(_ configuration: Configuration = Configuration()) {
        assembler = NALUnitAssembler(
            .h265(configuration.parameterSets), policy: configuration.policy,
            insertsParameterSets: configuration.insertsParameterSets)
    }

    /// What became of the units.
    public var statistics: DepacketizerStatistics { assembler.units.statistics }

    /// The parameter sets as last heard.
    public var parameterSets: H265ParameterSets { assembler.format.h265Sets }

    /// How often a marker stood before the end of a picture. After two, markers are not believed.
    public var falseMarkers: Int { assembler.falseMarkers }

    /// Takes the payload of the packet at `position`.
    public mutating func receive(_ payload: RawSpan, at position: PacketPosition) {
        guard payload.byteCount > 0 else { return }
        assembler.beginPayload(at: position)
        switch H265UnitType(octet: octet(payload, 0)) {
        case .aggregate:
            receiveAggregate(payload, at: position)
        case .fragment:
            receiveFragment(payload, at: position)
        case let type where type.rawValue > H265UnitType.fragment.rawValue:
            assembler.spoil(.unsupported)
        default:
            assembler.append(payload, at: position)
        }
        assembler.endPayload(at: position)
    }

    /// Ends the unit that waits for more; where units end with markers it is not whole.
    public mutating func finish() { assembler.finish() }

    /// The oldest access unit that is ready.
    public mutating func next() -> AccessUnit? { assembler.units.next() }

    /// Takes the memory of a unit back that is not needed any more, so that none is allocated.
    public mutating func recycle(_ unit: consuming AccessUnit) { assembler.units.recycle(unit) }

    /// Units after their lengths in two octets, behind a header of two (§4.4.2).
    private mutating func receiveAggregate(_ payload: RawSpan, at position: PacketPosition) {
        guard payload.byteCount > 4 else { return assembler.spoil(.malformed) }
        var units = NALUnits(
            payload.extracting(2..<payload.byteCount), framing: .lengths(octets: 2))
        while let unit = units.next() { assembler.append(unit, at: position) }
        if units.isMalformed { assembler.spoil(.malformed) }
    }

    /// The payload header with the unit's own type in it is the unit's header (§4.4.3).
    private mutating func receiveFragment(_ payload: RawSpan, at position: PacketPosition) {
        guard payload.byteCount >= 3 else { return assembler.spoil(.malformed) }
        let (first, second, header) = (octet(payload, 0), octet(payload, 1), octet(payload, 2))
        assembler.appendFragment(
            payload.extracting(3..<payload.byteCount),
            header: UInt16(first & 0x81 | header << 1 & 0x7E) << 8 | UInt16(second),
            isFirst: header & 0x80 != 0, isLast: header & 0x40 != 0, at: position)
    }

    private func octet(_ bytes: RawSpan, _ offset: Int) -> UInt8 {
        bytes.unsafeLoad(fromUncheckedByteOffset: offset, as: UInt8.self)
    }
}
