import Codecs
import Timing
import Wire

/// Makes pictures of VP9 payloads (RFC 9628): the frames of all layers that were sent of one picture,
/// one behind the other, as a decoder takes them.
public struct VP9Depacketizer: Depacketizer, Sendable {
    private var frame: FrameAssembler
    private var isInLayer = false
    private var pictureID: UInt16?

    /// A depacketizer of one stream.
    public init(_ policy: FramePolicy = FramePolicy()) { frame = FrameAssembler(policy) }

    /// What became of the pictures.
    public var statistics: DepacketizerStatistics { frame.units.statistics }

    /// Takes the payload of the packet at `position`.
    public mutating func receive(_ payload: RawSpan, at position: PacketPosition) {
        if frame.needsEnd(at: position) { end() }
        frame.open(at: position)
        if let descriptor = try? VP9PayloadDescriptor(parsing: payload),
            descriptor.byteCount < payload.byteCount
        {
            if frame.hasBegun, let id = descriptor.pictureID, let pictureID, id != pictureID {
                end()
                frame.open(at: position)
            }
            pictureID = descriptor.pictureID
            append(payload.extracting(descriptor.byteCount..<payload.byteCount), descriptor)
        } else {
            frame.spoil(.malformed)
        }
        guard position.marker else { return }
        isInLayer = false  // who marks a picture's end and not its last frame's is believed
        end()
    }

    /// Ends the picture that waits for more: its marker has not come.
    public mutating func finish() {
        if frame.hasBegun { frame.spoil(.unfinishedFragment) }
        end()
    }

    /// The oldest picture that is ready.
    public mutating func next() -> AccessUnit? { frame.units.next() }

    /// Takes the memory of a picture back that is not needed any more.
    public mutating func recycle(_ unit: consuming AccessUnit) { frame.units.recycle(unit) }

    private mutating func end() {
        if isInLayer { frame.spoil(.unfinishedFragment) }
        frame.end()
        (isInLayer, pictureID) = (false, nil)
    }

    private mutating func append(_ piece: RawSpan, _ descriptor: VP9PayloadDescriptor) {
        if descriptor.isFrameStart {
            if isInLayer { frame.spoil(.unfinishedFragment) }
            let isLowest = descriptor.spatialLayer ?? 0 == 0
            if frame.bytes.isEmpty {
                // After a loss only the lowest layer proves that nothing before it is missing.
                if !isLowest, frame.causeOfMissingStart == .lost { frame.spoil(.lost) }
                frame.isKeyframe =
                    isLowest && !descriptor.isInterPredicted
                    && (try? VP9FrameHeader(parsing: piece))?.isKeyframe ?? false
            }
        } else if !isInLayer {
            frame.spoil(frame.causeOfMissingStart)
        }
        isInLayer = !descriptor.isFrameEnd
        frame.append(piece)
    }
}
