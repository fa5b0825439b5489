public import Wire

/// PLI: a decoder lost a picture and cannot go on (RFC 4585 §6.3.1).
public struct PictureLossIndication: Hashable, Sendable {
    /// Who lost it.
    public var senderSSRC: UInt32
    /// The stream it was in.
    public var mediaSSRC: UInt32

    /// A request as it will stand on the wire.
    public init(senderSSRC: UInt32, mediaSSRC: UInt32) {
        (self.senderSSRC, self.mediaSSRC) = (senderSSRC, mediaSSRC)
    }

    init(parsing reader: inout ByteReader) throws(ParseError) {
        senderSSRC = try reader.readUInt32()
        mediaSSRC = try reader.readUInt32()
    }

    /// Appends the packet.
    public func write(to writer: inout ByteWriter) {
        writer.writeRTCP(.payloadFeedback, count: Int(Self.format)) { writer in
            writer.write(senderSSRC)
            writer.write(mediaSSRC)
        }
    }

    static let format: UInt8 = 1
}

/// FIR: a decoder needs a key frame to begin (RFC 5104 §4.3.1).
public struct FullIntraRequest: Hashable, Sendable {
    /// One stream asked for, and the number that tells a new request from a repeated one.
    public struct Entry: Hashable, Sendable {
        /// The stream.
        public var ssrc: UInt32
        /// Raised by one for every new request, modulo 2^8.
        public var sequenceNumber: UInt8

        /// An entry as the wire has it.
        public init(ssrc: UInt32, sequenceNumber: UInt8) {
            (self.ssrc, self.sequenceNumber) = (ssrc, sequenceNumber)
        }
    }

    /// Who asks.
    public var senderSSRC: UInt32
    /// The streams asked for.
    public var entries: [Entry]

    /// A request as it will stand on the wire.
    public init(senderSSRC: UInt32, entries: [Entry]) {
        (self.senderSSRC, self.entries) = (senderSSRC, entries)
    }

    init(parsing reader: inout ByteReader) throws(ParseError) {
        senderSSRC = try reader.readUInt32()
        try reader.skip(4)  // the media SSRC is not used (RFC 5104 §4.3.1.2)
        entries = []
        repeat {
            let ssrc = try reader.readUInt32()
            entries.append(Entry(ssrc: ssrc, sequenceNumber: try reader.readUInt8()))
            try reader.skip(3)
        } while !reader.isAtEnd
    }

    /// Appends the packet.
    public func write(to writer: inout ByteWriter) {
        writer.writeRTCP(.payloadFeedback, count: Int(Self.format)) { writer in
            writer.write(senderSSRC)
            writer.write(UInt32(0))
            for entry in entries {
                writer.write(entry.ssrc)
                writer.write(UInt32(entry.sequenceNumber) << 24)
            }
        }
    }

    static let format: UInt8 = 4
}
