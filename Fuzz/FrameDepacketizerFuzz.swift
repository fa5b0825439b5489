import Codecs
import RTP
import Timing

/// Any packets to the depacketizers of H.265, VP8, VP9, AV1, redundant Opus and self-describing LATM: a
/// length of one octet, a jump of the number, a step of time, and the payload. What comes out is whole
/// in its own terms, and comes out the same when it is packed again.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzFrameDepacketizer(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let input = Array(UnsafeBufferPointer(start: start, count: count))
    guard let first = input.first else { return 0 }
    var policy = FramePolicy()
    policy.startsAtKeyframe = first & 1 != 0
    policy.emitsIncomplete = first & 2 != 0
    policy.resumesAtKeyframe = first & 4 != 0
    policy.byteCountLimit = 4_096
    let patience = Interval.milliseconds(first & 8 != 0 ? 20 : 0)
    let rest = input.dropFirst()
    switch first >> 4 & 7 {
    case 0:
        var configuration = H265Depacketizer.Configuration()
        configuration.policy = policy
        feed(rest, H265Depacketizer(configuration), patience, checkH265)
    case 1:
        feed(rest, VP8Depacketizer(policy), patience, checkVP8)
    case 2:
        feed(rest, VP9Depacketizer(policy), patience, checkVP9)
    case 3:
        feed(rest, AV1Depacketizer(policy), patience, checkAV1)
    case 4:
        feed(rest, AudioDepacketizer(SampledAudio(.l16)), patience) {
            precondition(!$0.bytes.isEmpty && $0.bytes.count % 2 == 0)
        }
    default:
        feed(rest, LATMDepacketizer(describedInBandAt: 24_000), patience) {
            precondition(!$0.bytes.isEmpty)
        }
    }
    return 0
}

private func feed<Format: Depacketizer>(
    _ input: ArraySlice<UInt8>, _ depacketizer: Format, _ patience: Interval,
    _ check: (Format.Unit) -> Void
) {
    var receiver = TrackReceiver(
        depacketizer, payloadType: 96, patience: patience, packetLimit: 16,
        redundancyPayloadType: 63)
    feed(input, to: &receiver) { jump, step in
        FedPacket(
            numberStep: UInt16(truncatingIfNeeded: Int(Int8(bitPattern: jump)) / 4),
            timestampStep: UInt32(step >> 4), payloadType: step & 8 != 0 ? 63 : 96)
    } _: { unit in
        check(unit)
    }
}

private func checkH265(_ unit: AccessUnit) {
    precondition(unit.isComplete || !unit.isKeyframe)
    guard unit.isComplete else { return }
    var units = unit.units
    while units.next() != nil {}
    precondition(!units.isMalformed, "lengths that do not add up")
    var configuration = H265Packetizer.Configuration()
    configuration.payloadByteCountLimit = 40
    configuration.dropsDelimiters = false
    configuration.dropsFiller = false
    configuration.insertsParameterSets = false
    var packetizer = H265Packetizer(
        payloadType: 96, ssrc: 1, sequenceNumber: 0, configuration: configuration)
    var batch = PacketBatch()
    packetizer.packetize(unit.bytes.span.bytes, timestamp: 0, into: &batch)
    var back = H265Depacketizer.Configuration()
    back.policy.startsAtKeyframe = false
    back.insertsParameterSets = false
    _ = unpack(batch, H265Depacketizer(back))
}

private func checkVP8(_ unit: AccessUnit) {
    precondition(!unit.bytes.isEmpty && (unit.isComplete || !unit.isKeyframe))
    guard unit.isComplete else { return }
    var packetizer = VP8Packetizer(
        payloadType: 96, ssrc: 1, sequenceNumber: 0, payloadByteCountLimit: 40)
    var batch = PacketBatch()
    packetizer.packetize(unit.bytes.span.bytes, timestamp: 0, into: &batch)
    precondition(unpack(batch, VP8Depacketizer(anywhere)) == unit.bytes)
}

private func checkVP9(_ unit: AccessUnit) {
    precondition(!unit.bytes.isEmpty && (unit.isComplete || !unit.isKeyframe))
    guard unit.isComplete else { return }
    var packetizer = VP9Packetizer(
        payloadType: 96, ssrc: 1, sequenceNumber: 0, payloadByteCountLimit: 40)
    var batch = PacketBatch()
    guard packetizer.packetize(unit.bytes.span.bytes, timestamp: 0, into: &batch) else { return }
    precondition(unpack(batch, VP9Depacketizer(anywhere)) == unit.bytes)
}

private func checkAV1(_ unit: AccessUnit) {
    precondition(!unit.bytes.isEmpty && (unit.isComplete || !unit.isKeyframe))
    guard unit.isComplete else { return }
    var units = AV1OBUs(unit.bytes.span.bytes)
    var isCarried = true
    var startsSequence: Bool?
    while let obu = units.next() {
        startsSequence = startsSequence ?? (obu.header.type == .sequenceHeader)
        if obu.header.type == .padding { isCarried = false }
    }
    precondition(!units.isMalformed, "sizes that do not add up")
    var packetizer = AV1Packetizer(
        payloadType: 96, ssrc: 1, sequenceNumber: 0, payloadByteCountLimit: 40)
    var batch = PacketBatch()
    packetizer.packetize(unit.bytes.span.bytes, timestamp: 0, into: &batch)
    // Sizes may be written longer than they need be, so twice is once.
    guard isCarried, startsSequence == true, let once = unpack(batch, AV1Depacketizer(anywhere))
    else { return }
    batch.removeAll()
    packetizer.packetize(once.span.bytes, timestamp: 0, into: &batch)
    precondition(unpack(batch, AV1Depacketizer(anywhere)) == once)
}

private var anywhere: FramePolicy {
    var policy = FramePolicy()
    policy.startsAtKeyframe = false
    return policy
}
