public import Timing
import Wire

/// Checks a transport stream against ETSI TR 101 290, first and second priority, as far as a file
/// can be checked: times are the stream's own, from its clock references, between which packets
/// are taken to come at an even rate.
///
/// Octets may come in pieces of any length. Findings are counted without end and the first are kept.
public struct TransportStreamChecker {
    /// What a stream is measured by.
    public struct Limits: Hashable, Sendable {
        /// Between two program association tables, and two maps.
        public var tables = Interval.milliseconds(500)
        /// Between two clock references.
        public var reference = Interval.milliseconds(100)
        /// Between two presentation time stamps of a stream.
        public var stamps = Interval.milliseconds(700)
        /// How long a stream that the map lists may stay away.
        public var absence = Interval.seconds(5)
        /// How many findings are kept.
        public var findings = 100

        /// TR 101 290's own.
        public init() {}
    }

    /// The first findings, in the order they came to light.
    public internal(set) var findings: [TransportFinding] = []

    /// How many packets were read.
    public private(set) var packetCount = 0

    /// How long the stream is by its clock, jumps left out.
    public private(set) var duration = Interval.zero

    /// The program's map as last heard.
    public internal(set) var map: ProgramMap?

    let limits: Limits
    var counts: [TransportFinding.Indicator: Int] = [:]
    var sections: [UInt16: SectionAssembler] = [:]
    /// Each table as last heard.
    var lastSections: [UInt16: [UInt8]] = [:]
    var streams: [UInt16: StreamObservation] = [:]
    var mapPID: UInt16?
    var waiting: [TimedObservation] = []
    var lastAssociation: Int64?
    var lastMap: Int64?
    private var hasConditionalAccess = false
    private var framer = PacketFramer()
    private var reference: (ticks: Int64, time: Int64, offset: Int)?

    /// A checker that has seen nothing.
    public init(limits: Limits = Limits()) { self.limits = limits }

    /// How often an indicator was broken, or any of them.
    public func count(of indicator: TransportFinding.Indicator? = nil) -> Int {
        guard let indicator else { return counts.values.reduce(0, +) }
        return counts[indicator, default: 0]
    }

    /// Takes the stream's next octets.
    public mutating func receive(_ bytes: RawSpan) {
        framer.append(bytes)
        while let piece = framer.next() {
            switch piece {
            case .packet(let offset): readPacket(at: offset)
            case .wrongSyncByte(let offset): found(.syncByte, at: offset)
            case .lost(let offset, _):
                found(.syncByte, at: offset)
                found(.syncLoss, at: offset)
            }
        }
    }

    /// Ends the stream: what never came, or came no more, is now missing. A packet cut off at the end is
    /// no fault.
    public mutating func finish() {
        if let reference { resolve(until: reference.offset, at: reference.time) }
        let end = packetCount * TransportPacket.byteCount
        if packetCount > 0, mapPID == nil { found(.association, at: end) }
        if packetCount > 0, map == nil { found(.map, at: end) }
        for stream in map?.streams ?? [] where duration > limits.absence {
            if streams[stream.pid] == nil { found(.pid, at: end, pid: stream.pid) }
        }
        if let reference { checkAbsences(until: reference.time, at: end) }
    }

    mutating func found(_ indicator: TransportFinding.Indicator, at offset: Int, pid: UInt16? = nil)
    {
        counts[indicator, default: 0] += 1
        guard findings.count < limits.findings else { return }
        findings.append(TransportFinding(indicator: indicator, offset: offset, pid: pid))
    }

    private mutating func readPacket(at offset: Int) {
        let bytes = framer.packet
        packetCount += 1
        guard let packet = try? TransportPacket(parsing: bytes.span.bytes) else {
            return found(.transport, at: offset)
        }
        guard !packet.hasError else { return found(.transport, at: offset, pid: packet.pid) }
        guard packet.pid != TransportPacket.nullPID else { return }
        let isNew = checkContinuity(of: packet, bytes, at: offset)
        if packet.pid == map?.referencePID, let field = packet.adaptation,
            let ticks = field.programClockReference
        {
            readReference(ticks, isJump: field.isDiscontinuity, at: offset)
        }
        guard isNew, packet.hasPayload else { return }
        if packet.pid == 1 { hasConditionalAccess = true }
        if packet.isScrambled {
            if packet.pid == ProgramAssociation.pid { found(.association, at: offset) }
            if packet.pid == mapPID { found(.map, at: offset) }
            if !hasConditionalAccess { found(.conditionalAccess, at: offset, pid: packet.pid) }
            return
        }
        let payload = bytes.span.bytes.extracting(packet.payloadOffset..<bytes.count)
        if packet.pid == ProgramAssociation.pid || packet.pid == mapPID {
            readTables(payload, of: packet, at: offset)
        } else if map?.streams.contains(where: { $0.pid == packet.pid }) ?? false {
            readStream(payload, of: packet, at: offset)
        }
    }

    private mutating func readReference(_ ticks: Int64, isJump: Bool, at offset: Int) {
        guard let last = reference else {
            reference = (ticks, 0, offset)
            return resolve(until: offset, at: 0)
        }
        let step = TransportTime.difference(
            ticks, last.ticks, period: TransportTime.referencePeriod)
        if isJump {
            resolve(until: last.offset, at: last.time)
            restart(at: last.time)
            reference = (ticks, last.time, offset)
            return
        }
        if step < 0 || step > limits.reference.ticks27 {
            found(.referenceDiscontinuity, at: offset, pid: map?.referencePID)
        }
        if step > limits.reference.ticks27 {
            found(.referenceRepetition, at: offset, pid: map?.referencePID)
        }
        let time = last.time + max(step, 0)
        duration = Interval(nanoseconds: time * 1_000 / 27)
        resolve(from: last, until: offset, at: time)
        reference = (ticks, time, offset)
    }

    /// Gives each waiting observation its time on the line between two references.
    private mutating func resolve(
        from last: (ticks: Int64, time: Int64, offset: Int)? = nil, until offset: Int,
        at time: Int64
    ) {
        let observations = waiting
        waiting.removeAll(keepingCapacity: true)
        guard let reference else { return }
        let start = last ?? (reference.ticks, time, offset)
        for observation in observations {
            let part =
                Double(observation.offset - start.offset)
                / Double(max(offset - start.offset, 1))
            let elapsed = Int64(Double(time - start.time) * max(part, 0))
            check(observation, at: start.time + elapsed, reference: start.ticks + elapsed)
        }
    }
}
