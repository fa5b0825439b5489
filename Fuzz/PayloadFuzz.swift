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
    let text = String(decoding: buffer, as: UTF8.self)
    if let parameters = H264Parameters(text) {
        precondition(H264Parameters(parameters.description) == parameters, "not printed as read")
    }
    _ = H265ParameterSets(formatParameters: text)
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
