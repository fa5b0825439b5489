public import Timing
public import Wire

/// Transport-wide feedback: when each packet of a transport arrived
/// (draft-holmer-rmcat-transport-wide-cc-extensions-01 §3.1).
///
/// ```
/// |     base sequence number      |      packet status count      |
/// |                 reference time                |   fb pkt. no. |
/// |          packet chunk         |         packet chunk …        |
/// |  delta, one or two octets for each packet that arrived …      |
/// ```
/// Only packets that arrived are listed, so that a few octets announcing 65 535 lost packets cost
/// no memory.
public struct TransportFeedback: Hashable, Sendable {
    /// One packet that arrived.
    public struct Arrival: Hashable, Sendable {
        /// Its place after `baseSequenceNumber`.
        public var index: UInt16
        /// When it came, in ticks of 250 µs since the reference time.
        public var ticks: Int32

        /// A packet that arrived.
        public init(index: UInt16, ticks: Int32) { (self.index, self.ticks) = (index, ticks) }
    }

    /// Who reports.
    public var senderSSRC: UInt32
    /// One stream of the transport reported on.
    public var mediaSSRC: UInt32
    /// The first transport-wide sequence number reported on.
    public var baseSequenceNumber: UInt16
    /// How many sequence numbers are reported on, lost ones included.
    public var packetStatusCount: UInt16
    /// The receiver's clock in multiples of 64 ms, 24 bits signed.
    public var referenceTime: Int32
    /// Counts feedback packets, modulo 2^8.
    public var feedbackPacketCount: UInt8
    /// The packets that arrived, by rising index.
    public var arrivals: [Arrival]

    /// A feedback without any packet yet.
    public init(
        senderSSRC: UInt32,
        mediaSSRC: UInt32,
        baseSequenceNumber: UInt16,
        referenceTime: Int32,
        feedbackPacketCount: UInt8
    ) {
        (self.senderSSRC, self.mediaSSRC) = (senderSSRC, mediaSSRC)
        (self.baseSequenceNumber, self.packetStatusCount) = (baseSequenceNumber, 0)
        (self.referenceTime, self.feedbackPacketCount) = (referenceTime, feedbackPacketCount)
        arrivals = []
    }

    /// The sequence number of `arrival`.
    public func sequenceNumber(of arrival: Arrival) -> UInt16 {
        baseSequenceNumber &+ arrival.index
    }

    /// When `arrival` came, since the receiver's reference time zero, which is unknown and wraps
    /// after some twelve days.
    public func time(of arrival: Arrival) -> Interval {
        Interval(nanoseconds: Int64(referenceTime) * 64_000_000 + Int64(arrival.ticks) * 250_000)
    }

    static let format: UInt8 = 15
}

extension TransportFeedback {
    init(parsing reader: inout ByteReader) throws(ParseError) {
        senderSSRC = try reader.readUInt32()
        mediaSSRC = try reader.readUInt32()
        baseSequenceNumber = try reader.readUInt16()
        packetStatusCount = try reader.readUInt16()
        referenceTime = try Int32(bitPattern: reader.readUInt24() << 8) >> 8
        feedbackPacketCount = try reader.readUInt8()
        arrivals = []
        let sizes = try parseChunks(&reader)
        var ticks: Int32 = 0
        for index in arrivals.indices {
            switch sizes[index] {
            case .small: ticks += Int32(try reader.readUInt8())
            case .large: ticks += Int32(Int16(bitPattern: try reader.readUInt16()))
            }
            arrivals[index].ticks = ticks
        }
    }

    private enum DeltaSize { case small, large }

    /// Lists who arrived; every arrival must have its delta in what is left of the packet.
    private mutating func parseChunks(
        _ reader: inout ByteReader
    ) throws(ParseError) -> [DeltaSize] {
        var sizes: [DeltaSize] = []
        var index = 0
        while index < Int(packetStatusCount) {
            let offset = reader.offset
            let chunk = StatusChunk(bits: try reader.readUInt16())
            let end = min(index + chunk.count, Int(packetStatusCount))
            guard end > index else { throw .invalid(field: "run length", at: offset) }
            defer { index = end }
            if chunk.isRunOfLosses { continue }
            for position in index..<end {
                switch chunk.symbol(at: position - index) {
                case 0: continue
                case 1: sizes.append(.small)
                case 2: sizes.append(.large)
                default: throw .invalid(field: "packet status", at: offset)
                }
                arrivals.append(Arrival(index: UInt16(position), ticks: 0))
            }
            guard sizes.count <= reader.remaining else {
                throw .truncated(at: reader.offset, needed: sizes.count - reader.remaining)
            }
        }
        return sizes
    }

    /// Appends the packet, filled up with zeros to whole words.
    ///
    /// Arrivals must rise by index below `packetStatusCount`, and lie within 8.19 s of one another:
    /// a delta has sixteen bits.
    public func write(to writer: inout ByteWriter) {
        writer.writeRTCP(.transportFeedback, count: Int(Self.format)) { writer in
            writer.write(senderSSRC)
            writer.write(mediaSSRC)
            writer.write(baseSequenceNumber)
            writer.write(packetStatusCount)
            writer.writeUInt24(UInt32(bitPattern: referenceTime))
            writer.write(feedbackPacketCount)
            var symbols = [UInt8](repeating: 0, count: Int(packetStatusCount))
            var previous: Int32 = 0
            for arrival in arrivals {
                let delta = arrival.ticks - previous
                symbols[Int(arrival.index)] = (0...255).contains(delta) ? 1 : 2
                previous = arrival.ticks
            }
            StatusChunk.write(symbols, to: &writer)
            writeDeltas(to: &writer)
        }
    }

    private func writeDeltas(to writer: inout ByteWriter) {
        var previous: Int32 = 0
        for arrival in arrivals {
            let delta = arrival.ticks - previous
            previous = arrival.ticks
            if (0...255).contains(delta) {
                writer.write(UInt8(delta))
            } else {
                writer.write(UInt16(bitPattern: Int16(clamping: delta)))
            }
        }
    }
}
