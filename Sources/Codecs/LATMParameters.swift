public import Wire

/// What describes MPEG-4 audio in a LATM multiplex: `fmtp` (RFC 6416 §7.3, `cpresent=0`), or the stream
/// itself.
public struct LATMParameters: Hashable, Sendable {
    /// What the decoder must know.
    public var configuration: AudioSpecificConfig
    /// Frames in one `AudioMuxElement`, 1...64.
    public var framesPerElement: Int

    /// Frames of one stream, so many in an element.
    public init(configuration: AudioSpecificConfig, framesPerElement: Int = 1) {
        (self.configuration, self.framesPerElement) = (configuration, framesPerElement)
    }

    /// Reads the parameters as they follow the payload type: `cpresent=0;config=400026203fc0`.
    ///
    /// - Returns: `nil` when the multiplex is described in the stream, or is one of several programs
    ///   or layers, or of frames whose length nothing tells.
    public init?(_ parameters: some StringProtocol) {
        var pairs: [String: String] = [:]
        for pair in formatParameters(parameters) { pairs[pair.name] = pair.value }
        guard pairs["cpresent"] == "0", let text = pairs["config"],
            let octets = decodeHexadecimal(text),
            let parsed = try? Self(streamMuxConfig: octets + [0, 0])
        else { return nil }
        self = parsed
    }

    /// Reads a `StreamMuxConfig` (ISO/IEC 14496-3 §1.7.3.1) that stands at `offset` bits into `span`,
    /// and moves `offset` behind it.
    public init(parsing span: RawSpan, at offset: inout Int) throws(ParseError) {
        var reader = BitReader(span)
        try reader.skip(offset)
        try self.init(reading: &reader, of: span)
        guard try !reader.readFlag() else {
            throw .invalid(field: "otherDataPresent", at: reader.position / 8)
        }
        if try reader.readFlag() { try reader.skip(8) }  // crcCheckSum
        offset = reader.position
    }

    /// As `config` writes it. Some leave the last flags out, and GStreamer all that stands behind the
    /// `AudioSpecificConfig`: what is not there is taken for zeros.
    private init(streamMuxConfig octets: [UInt8]) throws(ParseError) {
        let span = octets.span.bytes
        var reader = BitReader(span)
        try self.init(reading: &reader, of: span)
        guard try !reader.readFlag() else { throw .invalid(field: "otherDataPresent", at: 4) }
    }

    private init(reading reader: inout BitReader, of span: RawSpan) throws(ParseError) {
        guard try reader.read(1) == 0 else { throw .invalid(field: "audioMuxVersion", at: 0) }
        try reader.skip(1)
        framesPerElement = try Int(reader.read(6)) + 1
        guard try reader.read(4) == 0, try reader.read(3) == 0 else {
            throw .invalid(field: "numProgram", at: 1)
        }
        var bitCount = 0
        configuration = try AudioSpecificConfig(
            parsing: span, at: reader.position, bitCount: &bitCount)
        try reader.skip(bitCount)
        guard try reader.read(3) == 0 else { throw .invalid(field: "frameLengthType", at: 2) }
        try reader.skip(8)
    }
}
