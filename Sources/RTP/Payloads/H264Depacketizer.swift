public import Codecs
import Timing
import Wire

/// Makes access units of H.264 payloads (RFC 6184, packetization modes 0 and 1): single NAL units,
/// STAP-A and FU-A.
///
/// A unit ends with its marker, with another timestamp, or before a delimiter that follows a picture.
/// Senders that mark every slice are found out and then believed by timestamp alone. What some
/// cameras do and the RFC forbids is taken: Annex B inside payloads, reserved bits, empty fragments,
/// another type in a later fragment. Parameter sets that are repeated inside a picture go. Two pictures
/// of one time with nothing between them, as the fields of a frame are, are one unit.
public struct H264Depacketizer: Depacketizer, Sendable {
    /// What is handed out, and what is held back.
    public struct Configuration: Hashable, Sendable {
        /// Sets known from SDP; those of the stream replace them.
        public var parameterSets = H264ParameterSets()
        /// Whether units before the first key frame are held back.
        public var startsAtKeyframe = true
        /// Whether units after a loss are held back until the next key frame.
        public var resumesAtKeyframe = false
        /// Whether broken units are handed out as well, marked so.
        public var emitsIncomplete = false
        /// Whether key frames get the known parameter sets where the stream left them out.
        public var insertsParameterSets = true
        /// Octets of the largest access unit; a larger one is dropped.
        public var byteCountLimit = 8 << 20

        /// Whole units from the first key frame on, key frames with their parameter sets.
        public init() {}
    }

    private var assembler: NALUnitAssembler

    /// A depacketizer of one stream.
    public init(_ configuration: Configuration = Configuration()) {
        var policy = FramePolicy()
        policy.startsAtKeyframe = configuration.startsAtKeyframe
        policy.resumesAtKeyframe = configuration.resumesAtKeyframe
        policy.emitsIncomplete = configuration.emitsIncomplete
        policy.byteCountLimit = configuration.byteCountLimit
        assembler = NALUnitAssembler(
            .h264(configuration.parameterSets), policy: policy,
            insertsParameterSets: configuration.insertsParameterSets)
    }

    /// What became of the units.
    public var statistics: DepacketizerStatistics { assembler.units.statistics }

    /// The parameter sets as last heard.
    public var parameterSets: H264ParameterSets { assembler.format.h264Sets }

    /// How often a marker stood before the end of a picture. After two, markers are not believed.
    public var falseMarkers: Int { assembler.falseMarkers }

    /// Takes the payload of the packet at `position`.
    public mutating func receive(_ payload: RawSpan, at position: PacketPosition) {
        guard payload.byteCount > 0 else { return }
        assembler.beginPayload(at: position)
        switch H264UnitType(octet: octet(payload, 0)) {
        case .stapA:
            var units = NALUnits(stapA: payload)
            while let unit = units.next() { assembler.append(unit, at: position) }
            if units.isMalformed || payload.byteCount < 4 { assembler.spoil(.malformed) }
        case .fuA:
            receiveFragment(payload, at: position)
        case let type where (25...31).contains(type.rawValue):
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

    private mutating func receiveFragment(_ payload: RawSpan, at position: PacketPosition) {
        guard payload.byteCount >= 2 else { return assembler.spoil(.malformed) }
        let (indicator, header) = (octet(payload, 0), octet(payload, 1))
        assembler.appendFragment(
            payload.extracting(2..<payload.byteCount),
            header: UInt16(indicator & 0xE0 | header & 0x1F),
            isFirst: header & 0x80 != 0, isLast: header & 0x40 != 0, at: position)
    }

    private func octet(_ bytes: RawSpan, _ offset: Int) -> UInt8 {
        bytes.unsafeLoad(fromUncheckedByteOffset: offset, as: UInt8.self)
    }
}
