import Codecs
import RTP
import Timing

/// What two octets of the input make of a packet, beside the one of its length.
struct FedPacket {
    var numberStep: UInt16
    var timestampStep: UInt32
    var payloadType: UInt8 = 96
}

/// Makes packets of the input, a length of one octet, a jump of the number, a step of time and the
/// payload, and has `check` look at all that comes of them.
func feed<Format: Depacketizer>(
    _ input: ArraySlice<UInt8>, to receiver: inout TrackReceiver<Format>,
    _ packet: (_ jump: UInt8, _ step: UInt8) -> FedPacket, _ check: (Format.Unit) -> Void
) {
    var rest = input
    var (number, timestamp, now) = (UInt16(65_530), UInt32(0), Instant(nanoseconds: 0))
    while rest.count >= 3 {
        let (length, jump, step) = (
            Int(rest[rest.startIndex]), rest[rest.startIndex + 1], rest[rest.startIndex + 2]
        )
        let next = packet(jump, step)
        number &+= next.numberStep
        timestamp &+= next.timestampStep
        now = now + .milliseconds(Int64(step & 7))
        let header = RTPHeader(
            payloadType: next.payloadType, sequenceNumber: number, timestamp: timestamp, ssrc: 1,
            marker: jump & 1 != 0)
        var octets = [UInt8](repeating: 0, count: RTPHeader.byteCount)
        octets.withUnsafeMutableBytes { buffer in
            if let base = buffer.baseAddress { header.write(to: base) }
        }
        octets += rest.dropFirst(3).prefix(length)
        rest = rest.dropFirst(3 + length)
        receiver.receive(octets.span.bytes, at: now)
        while let unit = receiver.next() { check(unit) }
    }
    receiver.advance(to: now + .seconds(1))
    receiver.finish()
    while let unit = receiver.next() { check(unit) }
    precondition(receiver.nextDeadline == nil, "something waits for ever")
}

/// The first unit of a batch's packets, which must keep to their limit of 40 octets of payload.
func unpack<Format: Depacketizer>(
    _ batch: PacketBatch, _ depacketizer: Format
) -> [UInt8]? where Format.Unit == AccessUnit {
    var receiver = TrackReceiver(depacketizer, payloadType: 96)
    for index in 0..<batch.count {
        let packet = batch.packet(at: index)
        precondition(packet.byteCount <= RTPHeader.byteCount + 40)
        receiver.receive(packet, at: Instant(nanoseconds: 0))
    }
    return receiver.next()?.bytes
}
