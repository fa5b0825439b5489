public import Timing
public import Wire

/// How one stream reaches a receiver (RFC 3550 §6.4.1).
public struct ReportBlock: Hashable, Sendable {
    /// The stream reported on.
    public var ssrc: UInt32
    /// Packets lost since the last report, in 256ths of those expected.
    public var fractionLost: UInt8
    /// Packets lost since the beginning, 24 bits signed; negative when duplicates outnumber losses.
    public var cumulativeLost: Int32
    /// The highest sequence number received, with the count of wraps in the upper half.
    public var highestSequenceNumber: UInt32
    /// The mean deviation of the transit time, in ticks of the RTP timestamp.
    public var jitter: UInt32
    /// The middle of the NTP time in the last sender report; 0 before the first.
    public var lastSenderReport: UInt32
    /// The time since that report came, in 65 536ths of a second.
    public var delaySinceLastSenderReport: UInt32

    /// A block with its fields as the wire has them.
    public init(
        ssrc: UInt32,
        fractionLost: UInt8 = 0,
        cumulativeLost: Int32 = 0,
        highestSequenceNumber: UInt32 = 0,
        jitter: UInt32 = 0
    ) {
        self.ssrc = ssrc
        self.fractionLost = fractionLost
        self.cumulativeLost = cumulativeLost
        self.highestSequenceNumber = highestSequenceNumber
        self.jitter = jitter
        (lastSenderReport, delaySinceLastSenderReport) = (0, 0)
    }

    init(parsing reader: inout ByteReader) throws(ParseError) {
        ssrc = try reader.readUInt32()
        fractionLost = try reader.readUInt8()
        cumulativeLost = try Int32(bitPattern: reader.readUInt24() << 8) >> 8
        highestSequenceNumber = try reader.readUInt32()
        jitter = try reader.readUInt32()
        lastSenderReport = try reader.readUInt32()
        delaySinceLastSenderReport = try reader.readUInt32()
    }

    func write(to writer: inout ByteWriter) {
        writer.write(ssrc)
        writer.write(fractionLost)
        writer.writeUInt24(UInt32(bitPattern: min(max(cumulativeLost, -0x80_0000), 0x7F_FFFF)))
        writer.write(highestSequenceNumber)
        writer.write(jitter)
        writer.write(lastSenderReport)
        writer.write(delaySinceLastSenderReport)
    }
}

/// SR: what a sender sent, when, and how it receives the others (RFC 3550 §6.4.1).
public struct SenderReport: Hashable, Sendable {
    /// The stream whose sender reports.
    public var ssrc: UInt32
    /// The wall-clock time of this report.
    public var ntp: NTPTimestamp
    /// The same moment on the stream's RTP clock.
    public var rtpTimestamp: UInt32
    /// Packets sent so far, modulo 2^32.
    public var packetCount: UInt32
    /// Payload octets sent so far, modulo 2^32.
    public var octetCount: UInt32
    /// How the sender receives others; a packet that was read holds at most 31.
    public var reports: [ReportBlock]

    /// A report as it will stand on the wire.
    public init(
        ssrc: UInt32,
        ntp: NTPTimestamp,
        rtpTimestamp: UInt32,
        packetCount: UInt32,
        octetCount: UInt32,
        reports: [ReportBlock] = []
    ) {
        (self.ssrc, self.ntp, self.rtpTimestamp) = (ssrc, ntp, rtpTimestamp)
        (self.packetCount, self.octetCount, self.reports) = (packetCount, octetCount, reports)
    }

    init(parsing reader: inout ByteReader, count: Int) throws(ParseError) {
        ssrc = try reader.readUInt32()
        ntp = try NTPTimestamp(value: reader.readUInt64())
        rtpTimestamp = try reader.readUInt32()
        packetCount = try reader.readUInt32()
        octetCount = try reader.readUInt32()
        reports = []
        for _ in 0..<count { reports.append(try ReportBlock(parsing: &reader)) }
    }

    /// Appends the packet; blocks beyond the 31st follow in receiver reports.
    public func write(to writer: inout ByteWriter) {
        let reports = reports.prefix(Self.blockLimit)
        writer.writeRTCP(.senderReport, count: reports.count) { writer in
            writer.write(ssrc)
            writer.write(ntp.value)
            writer.write(rtpTimestamp)
            writer.write(packetCount)
            writer.write(octetCount)
            for report in reports { report.write(to: &writer) }
        }
        guard self.reports.count > reports.count else { return }
        ReceiverReport(ssrc: ssrc, reports: Array(self.reports[reports.endIndex...]))
            .write(to: &writer)
    }

    static let blockLimit = 31  // the count has five bits
}

/// RR: how a receiver fares that sends nothing (RFC 3550 §6.4.2).
public struct ReceiverReport: Hashable, Sendable {
    /// The receiver's own SSRC.
    public var ssrc: UInt32
    /// How it receives each stream; a packet that was read holds at most 31.
    public var reports: [ReportBlock]

    /// A report as it will stand on the wire.
    public init(ssrc: UInt32, reports: [ReportBlock] = []) {
        (self.ssrc, self.reports) = (ssrc, reports)
    }

    init(parsing reader: inout ByteReader, count: Int) throws(ParseError) {
        ssrc = try reader.readUInt32()
        reports = []
        for _ in 0..<count { reports.append(try ReportBlock(parsing: &reader)) }
    }

    /// Appends the packet; blocks beyond the 31st follow in packets of their own.
    public func write(to writer: inout ByteWriter) {
        var rest = reports[...]
        repeat {
            let reports = rest.prefix(SenderReport.blockLimit)
            writer.writeRTCP(.receiverReport, count: reports.count) { writer in
                writer.write(ssrc)
                for report in reports { report.write(to: &writer) }
            }
            rest = rest[reports.endIndex...]
        } while !rest.isEmpty
    }
}
