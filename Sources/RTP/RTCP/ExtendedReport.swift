public import Timing
public import Wire

/// XR: the two blocks that give receivers a round trip time (RFC 3611 §4.4, §4.5).
public struct ExtendedReport: Hashable, Sendable {
    /// What a sender answers to one receiver's reference time.
    public struct DelayReport: Hashable, Sendable {
        /// The receiver whose reference time came.
        public var ssrc: UInt32
        /// The middle of that reference time.
        public var lastReferenceTime: UInt32
        /// The time since it came, in 65 536ths of a second.
        public var delay: UInt32

        /// An answer as the wire has it.
        public init(ssrc: UInt32, lastReferenceTime: UInt32, delay: UInt32) {
            (self.ssrc, self.lastReferenceTime, self.delay) = (ssrc, lastReferenceTime, delay)
        }
    }

    /// Who reports.
    public var ssrc: UInt32
    /// The reporter's wall clock (RRTR); `nil` when not sent.
    public var referenceTime: NTPTimestamp?
    /// Answers to others' reference times (DLRR).
    public var delayReports: [DelayReport]

    /// A report as it will stand on the wire.
    public init(
        ssrc: UInt32,
        referenceTime: NTPTimestamp? = nil,
        delayReports: [DelayReport] = []
    ) {
        self.ssrc = ssrc
        (self.referenceTime, self.delayReports) = (referenceTime, delayReports)
    }

    init(parsing reader: inout ByteReader) throws(ParseError) {
        ssrc = try reader.readUInt32()
        delayReports = []
        while !reader.isAtEnd {
            let type = try reader.readUInt8()
            try reader.skip(1)
            let byteCount = try Int(reader.readUInt16()) * 4
            switch type {
            case Self.referenceTimeBlock where byteCount == 8:
                referenceTime = NTPTimestamp(value: try reader.readUInt64())
            case Self.delayBlock where byteCount % 12 == 0:
                for _ in 0..<byteCount / 12 {
                    let source = try reader.readUInt32()
                    let reference = try reader.readUInt32()
                    let delay = try reader.readUInt32()
                    delayReports.append(
                        DelayReport(ssrc: source, lastReferenceTime: reference, delay: delay)
                    )
                }
            default:
                try reader.skip(byteCount)
            }
        }
    }

    /// Appends the packet.
    public func write(to writer: inout ByteWriter) {
        writer.writeRTCP(.extendedReport, count: 0) { writer in
            writer.write(ssrc)
            if let referenceTime {
                writer.write(UInt32(Self.referenceTimeBlock) << 24 | 2)
                writer.write(referenceTime.value)
            }
            guard !delayReports.isEmpty else { return }
            writer.write(UInt32(Self.delayBlock) << 24 | UInt32(delayReports.count * 3))
            for report in delayReports {
                writer.write(report.ssrc)
                writer.write(report.lastReferenceTime)
                writer.write(report.delay)
            }
        }
    }

    private static let referenceTimeBlock: UInt8 = 4
    private static let delayBlock: UInt8 = 5
}
