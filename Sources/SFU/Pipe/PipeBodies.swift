import Codecs
public import RTP
import SDP
import WebRTC
public import Wire

/// The body of `PipeFrame.Kind.branchOpened`: what room goes on here.
public struct BranchOpening: Hashable, Sendable {
    /// The room's name.
    public var room: String
    /// What its first peer called it.
    public var title: String
    /// Milliseconds since 1970.
    public var createdMilliseconds: Int64

    /// Reads the body.
    public init(parsing reader: inout ByteReader) throws(ParseError) {
        createdMilliseconds = Int64(bitPattern: try reader.readUInt64())
        room = try reader.readName()
        title = try reader.readName()
    }

    init(_ room: borrowing Room) {
        (self.room, title) = (room.name, room.title)
        createdMilliseconds = room.createdMilliseconds
    }

    func write(to writer: inout ByteWriter) {
        writer.write(UInt64(bitPattern: createdMilliseconds))
        writer.write(name: room)
        writer.write(name: title)
    }
}

extension ProducedTrack {
    /// Reads a track as `PipeFrame.Kind.producerOpened` has it, behind the branch's number.
    ///
    /// - Parameters:
    ///   - number: The frame's.
    ///   - reader: At the body's fifth octet.
    public init(number: UInt32, parsing reader: inout ByteReader) throws(ParseError) {
        self.number = number
        order = try reader.readUInt32()
        let place = reader.offset
        guard let name = Codec(rawValue: try reader.readUInt8()) else {
            throw .invalid(field: "codec", at: place)
        }
        let payloadType = try reader.readUInt8()
        let retransmission = try reader.readUInt8()
        let bits = try reader.readUInt8()
        id = try reader.readName()
        peer = try reader.readName()
        streamID = try reader.readName()
        mid = try reader.readName()
        codec = NegotiatedCodec(
            codec: name, payloadType: payloadType,
            retransmissionPayloadType: retransmission > 127 ? nil : retransmission,
            parameters: FormatParameters(try reader.readName()), feedback: .init(bits: bits))
    }

    func write(to writer: inout ByteWriter) {
        writer.write(order)
        writer.write(codec.codec.rawValue)
        writer.write(codec.payloadType)
        writer.write(codec.retransmissionPayloadType ?? 255)
        writer.write(codec.feedback.bits)
        for text in [id, peer, streamID, mid] { writer.write(name: text, atMost: 255) }
        let rest = PipeFrame.byteLimit - writer.count - 2
        writer.write(name: codec.parameters.text(atMost: rest))
    }
}

extension FormatParameters {
    /// The text; of one that is too long, the parameters that there is room for.
    fileprivate func text(atMost bound: Int) -> String {
        guard text.utf8.count > bound else { return text }
        var (kept, rest) = ([Substring](), bound)
        for parameter in text.split(separator: ";") where parameter.utf8.count < rest {
            kept.append(parameter)
            rest -= parameter.utf8.count + 1
        }
        return kept.joined(separator: ";")
    }
}

extension NegotiatedCodec.Feedback {
    fileprivate init(bits: UInt8) {
        self.init(
            nack: bits & 1 != 0, pictureLoss: bits & 2 != 0, fullIntraRequest: bits & 4 != 0,
            transportWide: bits & 8 != 0)
    }

    fileprivate var bits: UInt8 {
        (nack ? 1 : 0) | (pictureLoss ? 2 : 0) | (fullIntraRequest ? 4 : 0)
            | (transportWide ? 8 : 0)
    }
}

extension HeaderExtensionMap {
    /// The numbers that header extensions bear in a pipe: of those alone that consumers are sent.
    public static let piped: HeaderExtensionMap = {
        var map = HeaderExtensionMap()
        for (index, name) in HeaderExtension.allCases.filter(\.isForwarded).enumerated() {
            map[name] = UInt8(index + 1)
        }
        return map
    }()
}

extension ByteWriter {
    /// A text behind two octets of its length; what is longer is cut.
    fileprivate mutating func write(name: String, atMost bound: Int = 2000) {
        let octets = name.utf8.prefix(bound)
        write(UInt16(octets.count))
        write(octets)
    }
}

extension ByteReader {
    fileprivate mutating func readName() throws(ParseError) -> String {
        let count = Int(try readUInt16())
        let octets = try read(count)
        return octets.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
    }
}
