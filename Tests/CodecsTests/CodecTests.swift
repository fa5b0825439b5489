import Codecs
import Testing

@Suite struct CodecTests {
    @Test(arguments: Codec.allCases) func `is found by its name in any case`(codec: Codec) {
        #expect(Codec(encodingName: codec.encodingName) == codec)
        #expect(Codec(encodingName: codec.encodingName.uppercased()) == codec)
        #expect(Codec(encodingName: codec.encodingName.lowercased()) == codec)
        #expect(codec.mimeType.hasSuffix("/" + codec.encodingName))
    }

    @Test func `a codec we do not carry is nil`() {
        #expect(Codec(encodingName: "PCMU") == nil)
        #expect(Codec(encodingName: "") == nil)
    }

    @Test(arguments: Codec.allCases) func `an empty payload of video is no key frame`(
        codec: Codec
    ) {
        let empty: [UInt8] = []
        #expect(codec.isKeyframe(payload: empty.span.bytes) == (codec.kind == .audio))
    }
}
