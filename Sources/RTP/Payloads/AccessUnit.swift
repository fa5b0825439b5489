public import Codecs
public import Timing

/// One picture with all that belongs to it, as a decoder takes it.
public struct AccessUnit: Hashable, Sendable {
    /// The RTP timestamp, unwrapped: its low 32 bits are those of the wire.
    public var timestamp: Int64
    /// When its first packet came in.
    public var arrival: Instant
    /// H.264 and H.265: the NAL units, each after its length in four octets, as MP4 stores them. VP8:
    /// the frame. VP9: the frames of all layers. AV1: the OBUs, each with its size.
    public var bytes: [UInt8]
    /// Whether a decoder can begin here: at a key frame, of H.264 and H.265 one whose parameter sets
    /// are known.
    public var isKeyframe = false
    /// Whether all of it came. Others are handed out only where they are asked for.
    public var isComplete = true
    /// Whether something between this and the unit before it is missing: a decoder's picture is
    /// wrong until the next key frame.
    public var followsLoss = false
    /// Whether its first slice is a B slice.
    public var isBidirectional = false

    /// A unit of `bytes` that came at `arrival`.
    public init(timestamp: Int64, arrival: Instant, bytes: [UInt8]) {
        (self.timestamp, self.arrival, self.bytes) = (timestamp, arrival, bytes)
    }

    /// How the units in `bytes` are parted.
    public static let framing = NALUnitFraming.lengths(octets: 4)

    /// The NAL units of H.264 or H.265 without their lengths, uncopied.
    public var units: NALUnits {
        @_lifetime(borrow self) get { NALUnits(bytes.span.bytes, framing: Self.framing) }
    }
}
