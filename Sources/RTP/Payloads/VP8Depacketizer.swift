import Codecs
import Timing
import Wire

/// Makes frames of VP8 payloads (RFC 7741).
public struct VP8Depacketizer: Depacketizer, Sendable {
    private var frame: FrameAssembler

    /// A depacketizer of one stream.
    public init(_ policy: FramePolicy = FramePolicy()) { frame = FrameAssembler(policy) }

    /// What became of the frames.
    public var statistics: DepacketizerStatistics { frame.units.statistics }

    /// Takes the payload of the packet at `position`.
    public mutating func receive(_ payload: RawSpan, at position: PacketPosition) {
        if frame.needsEnd(at: position) { frame.end() }
        frame.open(at: position)
        if let descriptor = try? VP8PayloadDescriptor(parsing: payload),
            descriptor.byteCount < payload.byteCount
        {
            if descriptor.isFrameStart, frame.hasBegun {  // one that had no marker
                frame.end()
                frame.open(at: position)
            }
            append(
                payload.extracting(descriptor.byteCount..<payload.byteCount),
                isStart: descriptor.isFrameStart)
        } else {
            frame.spoil(.malformed)
        }
        if position.marker { frame.end() }
    }

    /// Ends the frame that waits for more: its marker has not come.
    public mutating func finish() {
        if frame.hasBegun { frame.spoil(.unfinishedFragment) }
        frame.end()
    }

    /// The oldest frame that is ready.
    public mutating func next() -> AccessUnit? { frame.units.next() }

    /// Takes the memory of a frame back that is not needed any more.
    public mutating func recycle(_ unit: consuming AccessUnit) { frame.units.recycle(unit) }

    private mutating func append(_ piece: RawSpan, isStart: Bool) {
        if isStart {
            let tag = piece.unsafeLoad(fromUncheckedByteOffset: 0, as: UInt8.self)
            frame.isKeyframe = tag & 0x01 == 0
        } else if frame.bytes.isEmpty {
            frame.spoil(frame.causeOfMissingStart)
        }
        frame.append(piece)
    }
}
