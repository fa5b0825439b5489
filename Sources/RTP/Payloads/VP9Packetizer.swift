import Codecs
import Wire

/// Cuts VP9 pictures of one spatial layer into payloads of one length (RFC 9628).
///
/// In flexible mode, which browsers want, each picture is said to need the one before it: an encoder
/// that refers further back still decodes, and one that drops pictures on the way must know its layers
/// itself. Key frames carry their size.
public struct VP9Packetizer: Sendable {
    /// The number that the next packet gets.
    public var sequenceNumber: UInt16 { stamp.sequenceNumber }
    /// The number of the next picture, modulo 2^15.
    public private(set) var pictureID: UInt16

    private var stamp: PacketStamp
    private let isFlexible: Bool
    private let payloadByteCountLimit: Int

    /// - Parameters:
    ///   - payloadType: What SDP calls the format.
    ///   - ssrc: The stream.
    ///   - sequenceNumber: The first packet's number.
    ///   - pictureID: The first picture's number.
    ///   - isFlexible: Whether pictures name those that they need. ffmpeg 5 does not read that.
    ///   - payloadByteCountLimit: Octets of the largest payload, behind the RTP header.
    public init(
        payloadType: UInt8, ssrc: UInt32, sequenceNumber: UInt16, pictureID: UInt16 = 0,
        isFlexible: Bool = true, payloadByteCountLimit: Int = 1_200
    ) {
        stamp = PacketStamp(payloadType: payloadType, ssrc: ssrc, sequenceNumber: sequenceNumber)
        self.pictureID = pictureID & 0x7FFF
        (self.isFlexible, self.payloadByteCountLimit) = (isFlexible, payloadByteCountLimit)
    }

    /// Appends the packets of one picture to `batch`, the last one marked.
    ///
    /// - Parameters:
    ///   - picture: A frame, or a superframe of several.
    ///   - timestamp: When it is shown, in ticks of 90 kHz.
    ///   - batch: Where the packets go.
    /// - Returns: Whether it is VP9; if not, nothing is appended.
    @discardableResult
    public mutating func packetize(
        _ picture: RawSpan, timestamp: UInt32, into batch: inout PacketBatch
    ) -> Bool {
        guard let header = try? VP9FrameHeader(parsing: picture) else { return false }
        let overhead = header.isKeyframe ? Self.structureByteCount + 3 : 4
        let size = equalPieces(of: picture.byteCount, limit: payloadByteCountLimit - overhead)
        var start = 0
        while start < picture.byteCount {
            let end = min(start + size, picture.byteCount)
            let hasStructure = start == 0 && header.isKeyframe
            batch.begin(stamp.header(timestamp: timestamp))
            var flags: UInt8 = isFlexible ? 0x90 : 0x80  // with the picture's number
            if !header.isKeyframe { flags |= 0x40 }
            if start == 0 { flags |= 0x08 }
            if end == picture.byteCount { flags |= 0x04 }
            batch.append(flags | (hasStructure ? 0x02 : 0))
            batch.append(0x8000 | pictureID)
            if isFlexible, !header.isKeyframe {
                batch.append(0x02 as UInt8)  // P_DIFF 1, the only one
            }
            if hasStructure, let size = header.size {
                batch.append(0x10 as UInt8)  // one layer, and its size
                batch.append(UInt16(truncatingIfNeeded: size.width))
                batch.append(UInt16(truncatingIfNeeded: size.height))
            }
            batch.append(picture.extracting(start..<end))
            start = end
        }
        batch.markLast()
        pictureID = (pictureID &+ 1) & 0x7FFF
        return true
    }

    private static let structureByteCount = 5
}
