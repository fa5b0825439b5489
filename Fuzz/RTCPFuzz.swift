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
    var nack = NackGenerator()
    var feedback = TransportFeedbackGenerator(senderSSRC: 1)
    var statistics = ReceptionStatistics(ssrc: 2, clockRate: 90_000)
    var requests: [UInt16] = []
    var now = Instant(nanoseconds: 0)
    var reader = ByteReader(bytes)
    while let operation = try? reader.readUInt8(), let number = try? reader.readUInt16() {
        switch operation % 4 {
        case 0:
            _ = nack.packetArrived(number, at: now)
            _ = statistics.packetArrived(
                sequenceNumber: number,
                timestamp: UInt32(number) << 16,
                at: now
            )
        case 1:
            feedback.record(number, mediaSSRC: 2, at: now)
        case 2:
            nack.keyframeArrived(number)
            _ = statistics.makeReportBlock(at: now)
        default:
            now = now + .microseconds(Int64(number) * Int64(operation))
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
