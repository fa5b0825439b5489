import Wire

/// Takes a transport stream apart: octets in, in pieces of any length, and elementary units out.
///
/// It reads what any muxer writes, follows the first program, and steps over what it cannot read.
/// Units are PES packets; a muxer may put several access units in one, or part of one.
public struct TransportStreamDemuxer {
    /// The payload of one PES packet.
    public struct Unit: Hashable, Sendable {
        /// Whose packets it came in, 0...8191.
        public var pid: UInt16
        /// The map's word for what it is; see `ProgramMap.Stream`.
        public var streamType: UInt8
        /// 33 bits of 90 kHz: when the first access unit that begins here is shown.
        public var presentationStamp: UInt64?
        /// Likewise when it is decoded; the same where the packet gives only one.
        public var decodeStamp: UInt64?
        /// Whether the stream says that a decoder can begin here.
        public var isRandomAccess: Bool
        /// The elementary stream's octets.
        public var payload: [UInt8]
    }

    private struct Open {
        var unit: Unit
        var expected: Int?
    }

    private var framer = PacketFramer()
    private var sections: [UInt16: SectionAssembler] = [:]
    private var open: [UInt16: Open] = [:]
    private var finished: [Unit] = []
    private var mapPID: UInt16?

    /// The program's map as last heard.
    public private(set) var map: ProgramMap?

    /// A demuxer that has heard nothing.
    public init() {}

    /// Takes the stream's next octets.
    public mutating func receive(_ bytes: RawSpan) {
        framer.append(bytes)
        while let piece = framer.next() {
            if case .packet = piece { readPacket() }
        }
    }

    /// The units completed since the last call, in the order of their ends.
    public mutating func takeUnits() -> [Unit] {
        defer { finished.removeAll() }
        return finished
    }

    /// Ends the stream: units whose end only the next one would tell are complete.
    public mutating func finish() {
        for pid in open.keys.sorted() { close(pid) }
    }

    private mutating func readPacket() {
        let bytes = framer.packet
        guard let packet = try? TransportPacket(parsing: bytes.span.bytes), packet.hasPayload,
            !packet.hasError, !packet.isScrambled
        else { return }
        let payload = bytes.span.bytes.extracting(packet.payloadOffset..<bytes.count)
        if packet.pid == ProgramAssociation.pid || packet.pid == mapPID {
            readTables(payload, of: packet)
        } else if let stream = map?.streams.first(where: { $0.pid == packet.pid }) {
            readUnit(payload, of: packet, type: stream.type)
        }
    }

    private mutating func readTables(_ payload: RawSpan, of packet: TransportPacket) {
        let complete = sections[packet.pid, default: SectionAssembler()]
            .receive(payload, startsUnit: packet.startsUnit)
        for section in complete where CRC32MPEG.checksum(of: section.span.bytes) == 0 {
            let bytes = section.span.bytes
            if packet.pid == ProgramAssociation.pid {
                let association = try? ProgramAssociation(parsing: bytes)
                mapPID = association?.programs.first { $0.program != 0 }?.pid ?? mapPID
            } else if let map = try? ProgramMap(parsing: bytes) {
                self.map = map
            }
        }
    }

    private mutating func readUnit(_ payload: RawSpan, of packet: TransportPacket, type: UInt8) {
        var reader = ByteReader(payload)
        if packet.startsUnit {
            close(packet.pid)
            guard let header = try? PESHeader(parsing: &reader) else { return }
            let unit = Unit(
                pid: packet.pid, streamType: type,
                presentationStamp: header.presentationStamp,
                decodeStamp: header.decodeStamp ?? header.presentationStamp,
                isRandomAccess: packet.adaptation?.isRandomAccess ?? false, payload: [])
            open[packet.pid] = Open(unit: unit, expected: header.payloadByteCount)
        }
        let rest = reader.readRest()
        rest.withUnsafeBytes { open[packet.pid]?.unit.payload.append(contentsOf: $0) }
        guard let current = open[packet.pid] else { return }
        let count = current.unit.payload.count
        if let expected = current.expected, count >= expected { close(packet.pid) }
        if count > Self.unitLimit { open[packet.pid] = nil }
    }

    private mutating func close(_ pid: UInt16) {
        guard var last = open.removeValue(forKey: pid) else { return }
        if let expected = last.expected, last.unit.payload.count > expected {
            last.unit.payload.removeLast(last.unit.payload.count - expected)
        }
        finished.append(last.unit)
    }

    /// No access unit is this long; a stream that says so is dropped up to its next unit.
    private static let unitLimit = 16 << 20
}
