import Audio
import Codecs

/// Any frames at any times: a line's packets are 960 ticks apart, and nothing is kept without bound.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzTranscoder(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    var rest = Array(UnsafeBufferPointer(start: start, count: count))[...]
    guard let first = rest.popFirst(), let format = format(first) else { return 0 }
    guard var transcoder = try? OpusTranscoder(format, clockRate: 8_000) else { return 0 }
    var (time, last) = (Int64(0), Int64?.none)
    while rest.count >= 4 {
        let octets = Array(rest.prefix(4))
        let step = Int64(Int16(bitPattern: UInt16(octets[0]) << 8 | UInt16(octets[1])))
        time &+= step << Int64(octets[2] & 0x2F)
        let frame = Array(rest.dropFirst(4).prefix(Int(octets[3])))
        rest = rest.dropFirst(4 + Int(octets[3]))
        transcoder.receive(frame.span.bytes, timestamp: time, followsLoss: octets[2] & 0x10 != 0)
        while let packet = transcoder.next() {
            precondition(!packet.bytes.isEmpty)
            if let last, !packet.isFirst { precondition(packet.timestamp == last + 960) }
            last = packet.timestamp
            transcoder.recycle(packet)
        }
    }
    transcoder.finish()
    return 0
}

private func format(_ octet: UInt8) -> AudioFormat? {
    let channelCount = Int(octet >> 4 & 3) + 1
    switch octet & 3 {
    case 0: return .pcmu(sampleRate: 8_000, channelCount: channelCount)
    case 1: return .pcma(sampleRate: 44_100, channelCount: channelCount)
    case 2: return .linear16(sampleRate: 48_000, channelCount: channelCount)
    default:
        return AudioSpecificConfig(sampleRate: 48_000, channelCount: channelCount).map { .aac($0) }
    }
}
