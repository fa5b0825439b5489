import RTP
import Timing
import Wire

/// Any bytes as a compound RTCP packet, and as operations on the machines that make RTCP.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzRTCP(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = UnsafeRawBufferPointer(start: start, count: count).bytes
    var reader = RTCPReader(bytes)
    var packets = 0
    while let packet = reader.next() {
        packets += 1
        precondition(packets <= count / 4, "every packet has a header")
        checkRoundTrip(packet)
    }
    drive(bytes)
    return 0
}

/// What was understood can be written, and is understood the same.
private func checkRoundTrip(_ packet: RTCPPacket) {
    var writer = ByteWriter()
    switch packet {
    case .senderReport(let packet): packet.write(to: &writer)
    case .receiverReport(let packet): packet.write(to: &writer)
    case .sourceDescription(let packet): packet.write(to: &writer)
    case .goodbye(let packet): packet.write(to: &writer)
    case .nack(let packet): packet.write(to: &writer)
    case .pictureLossIndication(let packet): packet.write(to: &writer)
    case .fullIntraRequest(let packet): packet.write(to: &writer)
    case .extendedReport(let packet): packet.write(to: &writer)
    case .transportFeedback(let packet): packet.write(to: &writer)
    // REMB's exponent may be written otherwise; SDES and REMB texts are normalised.
    case .maximumBitrate(let packet): return packet.write(to: &writer)
    case .other: return
    }
    if case .sourceDescription = packet { return }
    let bytes = writer.bytes
    var reader = RTCPReader(bytes.span.bytes)
    precondition(reader.next() == packet, "a packet changed on the wire")
}

/// Three octets an operation: which machine, and a sequence number or a step of time.
private func drive(_ bytes: RawSpan) {
    var (receiving, sending) = (Receiving(), Sending())
    var now = Instant(nanoseconds: 0)
    var reader = ByteReader(bytes)
    while let operation = try? reader.readUInt8(), let number = try? reader.readUInt16() {
        if operation % 4 == 3 { now = now + .microseconds(Int64(number) * Int64(operation)) }
        if operation & 0x40 == 0 {
            receiving.perform(operation % 4, number, at: now)
        } else {
            sending.perform(operation % 4, number, at: now)
        }
    }
}

/// What watches a stream that comes in.
private struct Receiving {
    private var nack = NackGenerator()
    private var feedback = TransportFeedbackGenerator(senderSSRC: 1)
    private var statistics = ReceptionStatistics(ssrc: 2, clockRate: 90_000)
    private var clock = SenderClock(clockRate: 90_000)
    private var commands = FullIntraCommands()
    private var requests: [UInt16] = []

    mutating func perform(_ operation: UInt8, _ number: UInt16, at now: Instant) {
        switch operation {
        case 0:
            _ = nack.packetArrived(number, at: now)
            _ = statistics.packetArrived(
                sequenceNumber: number,
                timestamp: UInt32(number) << 16,
                at: now
            )
        case 1:
            feedback.record(number, mediaSSRC: 2, at: now)
            let ntp = NTPTimestamp(value: UInt64(number) << 48 | UInt64(number))
            clock.reportArrived(
                SenderReport(
                    ssrc: 2, ntp: ntp, rtpTimestamp: UInt32(number) << 12, packetCount: 0,
                    octetCount: 0))
            _ = clock.ntp(of: UInt32(number) << 16)
        case 2:
            nack.keyframeArrived(number)
            _ = statistics.makeReportBlock(at: now)
            let entry = FullIntraRequest.Entry(
                ssrc: UInt32(number), sequenceNumber: UInt8(number >> 8))
            _ = commands.requestArrived(entry, from: UInt32(number & 1))
            let isNew = commands.requestArrived(entry, from: UInt32(number & 1))
            precondition(!isNew, "new twice")
        default:
            requests.removeAll(keepingCapacity: true)
            _ = nack.advance(to: now, into: &requests)
            if let deadline = nack.nextDeadline {
                precondition(deadline > now, "a loop would spin")
            }
            feedback.advance(to: now)
            while let packet = feedback.nextFeedback() {
                checkRoundTrip(.transportFeedback(packet))
            }
            if let deadline = feedback.nextDeadline { precondition(deadline > now) }
        }
        precondition(nack.outstandingCount <= NackGenerator.outstandingLimit)
    }
}

/// What numbers a stream that goes out.
private struct Sending {
    private var sender: RTPSender
    private var splicer = StreamSplicer(
        ssrc: 1, clockRate: 48_000, sequenceNumber: 9, timestamp: 7)
    private var times = ReferenceTimes()

    init() {
        var parameters = RTPSender.Parameters(ssrc: 1, payloadType: 96, clockRate: 90_000)
        parameters.retransmission = .init(ssrc: 2, payloadType: 97)
        sender = RTPSender(parameters, sequenceNumber: 0xFFFF, capacity: 8)
    }

    mutating func perform(_ operation: UInt8, _ number: UInt16, at now: Instant) {
        switch operation {
        case 0:
            let packet = sender.packet(
                [UInt8(number & 0xFF)], timestamp: UInt32(number) << 16, marker: false, at: now)
            let again = sender.resend(UInt16(truncatingIfNeeded: packet.index))
            precondition(again?.payload.suffix(1) == packet.payload[...], "not what was sent")
        case 1:
            _ = sender.resend(number)
            _ = sender.report(at: now, ntp: NTPTimestamp(value: UInt64(number) << 32))
        case 2:
            if number & 1 != 0 { splicer.follow(UInt32(number >> 1)) }
            let header = RTPHeader(
                payloadType: 96, sequenceNumber: number, timestamp: UInt32(number) << 16,
                ssrc: UInt32(number >> 1))
            if let rewritten = splicer.rewrite(header, at: now) {
                precondition(rewritten.ssrc == 1)
            }
        default:
            let time = NTPTimestamp(value: UInt64(number) << 32)
            times.reportArrived(
                ExtendedReport(ssrc: UInt32(number), referenceTime: time), at: now)
            guard number & 1 != 0 else { return }
            let answers = times.takeDelayReports(at: now)
            precondition(answers.count <= ReferenceTimes.limit)
            for answer in answers { _ = answer.roundTripTime(at: time) }
        }
    }
}
