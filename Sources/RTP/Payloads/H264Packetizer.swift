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
    public var sequenceNumber: UInt16 { packetizer.stamp.sequenceNumber }
    /// The parameter sets as last heard, or as SDP gave them.
    public var parameterSets: H264ParameterSets {
        get { packetizer.format.h264Sets }
        set { packetizer.format = .h264(newValue) }
    }

    private var packetizer: NALUnitPacketizer

    /// A packetizer of one stream, whose packets are numbered from `sequenceNumber`.
    public init(
        payloadType: UInt8, ssrc: UInt32, sequenceNumber: UInt16,
        configuration: Configuration = Configuration()
    ) {
        var dropped: UInt64 = 0
        if configuration.dropsDelimiters { dropped |= 1 << UInt64(H264UnitType.delimiter.rawValue) }
        if configuration.dropsSupplements {
            dropped |= 1 << UInt64(H264UnitType.supplement.rawValue)
        }
        if configuration.dropsFiller { dropped |= 1 << UInt64(H264UnitType.filler.rawValue) }
        packetizer = NALUnitPacketizer(
            .h264(H264ParameterSets()),
            PacketStamp(payloadType: payloadType, ssrc: ssrc, sequenceNumber: sequenceNumber),
            NALUnitPacketizer.Rules(
                payloadByteCountLimit: configuration.payloadByteCountLimit,
                aggregates: configuration.isNonInterleaved && configuration.aggregates,
                fragments: configuration.isNonInterleaved,
                insertsParameterSets: configuration.insertsParameterSets, droppedTypes: dropped))
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
        packetizer.packetize(accessUnit, framing: framing, timestamp: timestamp, into: &batch)
    }

    /// Leaves `count` numbers out, so that a receiver sees that something is missing and asks for a
    /// key frame.
    public mutating func skipSequenceNumbers(_ count: UInt16 = 1) {
        packetizer.stamp.sequenceNumber &+= count
    }
}
