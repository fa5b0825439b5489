import Codecs
import RTP
import Timing

/// Any packets to every depacketizer: a length of one octet, a jump of the number, a step of time, and
/// the payload. What comes out is whole in its own terms, and can be packed again.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzDepacketizer(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let input = Array(UnsafeBufferPointer(start: start, count: count))
    guard let first = input.first else { return 0 }
    var configuration = H264Depacketizer.Configuration()
    configuration.startsAtKeyframe = first & 1 != 0
    configuration.emitsIncomplete = first & 2 != 0
    configuration.resumesAtKeyframe = first & 4 != 0
    configuration.byteCountLimit = 4_096
    let patience = Interval.milliseconds(first & 8 != 0 ? 20 : 0)
    var video = TrackReceiver(
        H264Depacketizer(configuration), payloadType: 96, patience: patience, packetLimit: 16)
    feed(input.dropFirst(), to: &video) { check($0, isWhole: first & 2 == 0) }
    let line = first & 16 != 0 ? "mode=AAC-lbr" : "ctsdeltalength=5;auxiliarydatasizelength=11"
    if let parameters = MPEG4GenericParameters(line, clockRate: 48_000, channelCount: 2) {
        var audio = TrackReceiver(
            AACDepacketizer(parameters, clockRate: 48_000), payloadType: 96, patience: patience)
        feed(input.dropFirst(), to: &audio) { precondition(!$0.bytes.isEmpty) }
    }
    if let parameters = LATMParameters("cpresent=0;config=410026203fc0") {
        var audio = TrackReceiver(
            LATMDepacketizer(parameters, clockRate: 24_000), payloadType: 96, patience: patience)
        feed(input.dropFirst(), to: &audio) { precondition(!$0.bytes.isEmpty) }
    }
    _ = LATMParameters("cpresent=0;config=" + String(decoding: input, as: UTF8.self))
    _ = MPEG4GenericParameters(
        String(decoding: input, as: UTF8.self), clockRate: 8_000, channelCount: 1)
    _ = H264ParameterSets(spropParameterSets: String(decoding: input, as: UTF8.self))
    return 0
}

private func feed<Format: Depacketizer>(
    _ input: ArraySlice<UInt8>, to receiver: inout TrackReceiver<Format>,
    _ check: (Format.Unit) -> Void
) {
    feed(input, to: &receiver) { jump, step in
        FedPacket(
            numberStep: UInt16(bitPattern: Int16(Int8(bitPattern: jump >> 1)) - 8),
            timestampStep: UInt32(bitPattern: Int32(Int8(bitPattern: step))))
    } _: { unit in
        check(unit)
    }
}

/// A whole unit's lengths add up, and what is packed again comes out the same.
private func check(_ unit: AccessUnit, isWhole: Bool) {
    guard unit.isComplete else { return precondition(!isWhole && !unit.isKeyframe) }
    var configuration = H264Packetizer.Configuration()
    configuration.payloadByteCountLimit = 40
    configuration.dropsDelimiters = false
    configuration.dropsFiller = false
    configuration.insertsParameterSets = false
    var packetizer = H264Packetizer(
        payloadType: 96, ssrc: 1, sequenceNumber: 0, configuration: configuration)
    var batch = PacketBatch()
    guard packetizer.packetize(unit.bytes.span.bytes, timestamp: 0, into: &batch) else {
        preconditionFailure("a whole unit that cannot be cut")
    }
    var back = H264Depacketizer.Configuration()
    back.startsAtKeyframe = false
    back.insertsParameterSets = false
    _ = unpack(batch, H264Depacketizer(back))
}
