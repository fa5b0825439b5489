import Codecs
import RTP

/// Any bytes as a payload of every codec, and as SDP's words about H.264.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzPayload(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let buffer = UnsafeRawBufferPointer(start: start, count: count)
    let bytes = buffer.bytes
    for codec in Codec.allCases { _ = codec.isKeyframe(payload: bytes) }
    if let descriptor = try? VP8PayloadDescriptor(parsing: bytes) {
        precondition(descriptor.byteCount <= count, "the descriptor lies in the payload")
        checkRewrite(descriptor, Array(buffer))
    }
    if let descriptor = try? VP9PayloadDescriptor(parsing: bytes) {
        precondition(descriptor.byteCount <= count, "the descriptor lies in the payload")
    }
    if let toc = try? OpusTOC(parsing: bytes) {
        precondition((2_500...120_000).contains(toc.durationMicroseconds))
    }
    _ = try? H264Payload(parsing: bytes)
    _ = try? AV1AggregationHeader(parsing: bytes)
    fuzzFrames(bytes)
    fuzzHeaders(bytes)
    fuzzUnits(bytes)
    let text = String(decoding: buffer, as: UTF8.self)
    if let parameters = H264Parameters(text) {
        precondition(H264Parameters(parameters.description) == parameters, "not printed as read")
    }
    _ = H265ParameterSets(formatParameters: text)
    if let id = H264ProfileLevelID(text) {
        precondition(H264ProfileLevelID(id.description) == id, "not printed as read")
    }
    return 0
}

/// What a frame begins with, and what lies in it.
private func fuzzFrames(_ bytes: RawSpan) {
    _ = H265Payload.isKeyframe(payload: bytes)
    _ = try? H265Payload(parsing: bytes)
    _ = try? VP8FrameHeader(parsing: bytes)
    _ = try? VP9FrameHeader(parsing: bytes)
    var units = AV1OBUs(bytes)
    var total = 0
    while let unit = units.next() { total += unit.bytes.byteCount }
    precondition(units.isMalformed ? total < bytes.byteCount : total == bytes.byteCount)
    var sets = H265ParameterSets()
    sets.learn(bytes)
    precondition(sets.units.count <= 1)
    if var blocks = try? RedundantPayload(parsing: bytes) {
        var count = 0
        while blocks.next() != nil { count += 1 }
        precondition(count == blocks.count)
    }
    var offset = 0
    _ = try? LATMParameters(parsing: bytes, at: &offset)
    precondition(offset <= bytes.byteCount * 8)
}

/// What stands once in a stream, or at its key frames.
private func fuzzHeaders(_ bytes: RawSpan) {
    if let set = try? H264SequenceParameterSet(parsing: bytes) {
        precondition(set.width > 0 && set.height > 0)
    }
    if let set = try? H265SequenceParameterSet(parsing: bytes) {
        precondition(set.width > 0 && set.height > 0 && (1...7).contains(set.temporalLayerCount))
    }
    if let header = try? AV1SequenceHeader(parsing: bytes) {
        precondition(header.width > 0 && header.height > 0 && header.profile <= 2)
    }
    _ = try? VP8KeyframeHeader(parsing: bytes)
    _ = try? VP9KeyframeHeader(parsing: bytes)
    if let configuration = try? AudioSpecificConfig(parsing: bytes) {
        precondition(configuration.sampleRate > 0 && configuration.channelCount ?? 1 > 0)
    }
    if let header = try? ADTSHeader(parsing: bytes) {
        precondition(header.frameByteCount >= header.byteCount)
    }
    var sets = H264ParameterSets()
    sets.learn(bytes)
    precondition(sets.units.count <= 1)
}

/// NAL units in every framing: each walk ends, and lends out nothing twice.
private func fuzzUnits(_ bytes: RawSpan) {
    for framing in [NALUnitFraming.startCodes] + (0...5).map({ NALUnitFraming.lengths(octets: $0) })
    {
        var units = NALUnits(bytes, framing: framing)
        var total = 0
        while let unit = units.next() {
            precondition(!unit.isEmpty)
            total += unit.byteCount
        }
        precondition(total <= bytes.byteCount, "more than there is")
    }
    precondition(NALUnits.rawByteSequence(of: bytes).count <= bytes.byteCount)
}

/// Rewriting touches the two numbers and leaves the descriptor's shape alone.
private func checkRewrite(_ descriptor: VP8PayloadDescriptor, _ payload: [UInt8]) {
    var copy = payload
    copy.withUnsafeMutableBytes { buffer in
        guard let base = buffer.baseAddress else { return }
        descriptor.rewrite(pictureID: 0x7FFF, tl0PictureIndex: 0xFF, in: base)
    }
    guard let again = try? VP8PayloadDescriptor(parsing: copy.span.bytes) else {
        preconditionFailure("unreadable after rewriting")
    }
    precondition(again.byteCount == descriptor.byteCount)
    precondition(copy[descriptor.byteCount...] == payload[descriptor.byteCount...])
}
