import Codecs
import Muxer
import Timing
import Wire

/// Any octets as a transport stream, in pieces whose lengths they choose; then as samples of the
/// writer, whose stream must be in order and give the pictures back.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzTransportStream(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let buffer = UnsafeRawBufferPointer(start: start, count: count)
    let bytes = Array(buffer)
    var checker = TransportStreamChecker()
    var demuxer = TransportStreamDemuxer()
    var offset = 0
    while offset < count {
        let end = min(offset + Int(bytes[offset]) * 3 + 1, count)
        let piece = Array(bytes[offset..<end])
        checker.receive(piece.span.bytes)
        demuxer.receive(piece.span.bytes)
        offset = end
    }
    checker.finish()
    demuxer.finish()
    var total = 0
    for unit in demuxer.takeUnits() { total += unit.payload.count }
    precondition(total <= count, "no more comes out than went in")
    writeSamples(bytes)
    return 0
}

/// Octets as samples: two of time, one of track and kind, one of length, then as many.
private func writeSamples(_ bytes: [UInt8]) {
    guard let configuration = AudioSpecificConfig(sampleRate: 48_000, channelCount: 2),
        var writer = try? TransportStreamWriter([
            .h264(parameterSets: [], framing: .startCodes),
            .h265(parameterSets: [], framing: .lengths(octets: 2)), .aac(configuration),
            .opus(channelCount: 2),
        ])
    else { preconditionFailure("the writer takes these") }
    var output = ByteWriter()
    var offset = 0
    var time = Interval.zero
    while offset + 4 < bytes.count {
        let step = Int16(truncatingIfNeeded: Int(bytes[offset]) << 8 | Int(bytes[offset + 1]))
        time = time + .milliseconds(Int64(step) / 8)
        let sample = Sample(
            track: Int(bytes[offset + 2] & 3),
            presentationTime: time + .milliseconds(Int64(bytes[offset + 2] >> 4)), decodeTime: time,
            isKeyframe: bytes[offset + 2] & 4 != 0)
        let end = min(offset + 4 + Int(bytes[offset + 3]), bytes.count)
        let payload = Array(bytes[offset + 4..<end])
        try? writer.write(sample, payload: payload.span.bytes, into: &output)
        offset = end
    }
    writer.flush(into: &output)
    var checker = TransportStreamChecker()
    let stream = output.bytes
    checker.receive(stream.span.bytes)
    checker.finish()
    precondition(stream.count == writer.statistics.writtenByteCount)
    for indicator in TransportFinding.Indicator.allCases where Rules.never.contains(indicator) {
        precondition(checker.count(of: indicator) == 0, "\(checker.findings)")
    }
}

/// What no samples, however wrong, may bring about.
private enum Rules {
    static let never: [TransportFinding.Indicator] = [
        .syncLoss, .syncByte, .continuity, .transport, .checksum, .conditionalAccess, .unitLength,
        .referenceDiscontinuity, .referenceRepetition, .association, .map,
    ]
}
