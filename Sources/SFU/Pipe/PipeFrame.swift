public import Wire

/// One message through a pipe between two loops.
///
/// Whoever reads a room's frames has all of its media without a session: another worker, whose
/// branch of the room has consumers of its own, or a recorder.
///
/// ```
///  0                   1                   2                   3
/// |     kind      |                       0                       |
/// |            number of the branch or of the producer            |
/// |                             body                           …
/// ```
public struct PipeFrame {
    /// What a frame says. Numbers are its sender's, or on the way back its receiver's.
    public enum Kind: UInt8, CaseIterable, Sendable {
        /// A room goes on here: `BranchOpening`. A branch there is already bears this number now.
        case branchOpened = 1
        /// A track can be consumed: the branch's number and `ProducedTrack`. Nothing of it comes until it
        /// is wanted.
        case producerOpened
        /// All tracks that came together have been told of.
        case announced
        /// A track's packets come under this SSRC from now on: four octets.
        case streamBegan
        /// An RTP packet in the clear, header extensions under the numbers of `HeaderExtensionMap.piped`.
        case packet
        /// A track's clocks: an NTP timestamp, and four octets of its RTP timestamp.
        case senderReport
        /// A track is over.
        case producerClosed
        /// The room is over.
        case branchClosed
        /// Back: this producer's packets shall come, from its newest pictures on, and its clocks.
        case producerWanted
        /// Back: they need not come any longer.
        case producerUnwanted
        /// Back: somebody cannot show this producer's pictures without a key frame.
        case keyframeWanted
        /// Back: nobody is left in this branch.
        case branchLeft
    }

    /// What it says.
    public var kind: Kind
    /// Of which branch or producer.
    public var number: UInt32

    /// A frame's head.
    public init(_ kind: Kind, _ number: UInt32) { (self.kind, self.number) = (kind, number) }

    /// Reads the head; the body is left in `reader`.
    public init(parsing reader: inout ByteReader) throws(ParseError) {
        guard let kind = Kind(rawValue: try reader.readUInt8()) else {
            throw .invalid(field: "kind", at: 0)
        }
        try reader.skip(3)
        self.kind = kind
        number = try reader.readUInt32()
    }

    /// The head's octets; the body follows them.
    public static let headByteCount = 8
    /// The longest frame.
    public static let byteLimit = 2048

    /// Writes the head, which is all of the frames that go back.
    public func write(to out: UnsafeMutableRawPointer) {
        out.storeBytes(of: (UInt32(kind.rawValue) << 24).bigEndian, as: UInt32.self)
        out.storeBytes(of: number.bigEndian, toByteOffset: 4, as: UInt32.self)
    }

    /// The whole frame, with what `body` writes behind the head.
    func message(_ body: (inout ByteWriter) -> Void = { _ in }) -> [UInt8] {
        var writer = ByteWriter(capacity: 64)
        writer.write(UInt32(kind.rawValue) << 24)
        writer.write(number)
        body(&writer)
        return writer.bytes
    }
}
