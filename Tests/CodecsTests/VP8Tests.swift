import Codecs
import Testing
import Wire

@Suite struct VP8Tests {
    /// Every optional field, a long picture number; then a key frame's first octet.
    static let full: [UInt8] = [0x90, 0xF0, 0x92, 0x34, 0x56, 0xA5, 0x10, 0x02]

    @Test func `reads every field and where it stands`() throws {
        let descriptor = try VP8PayloadDescriptor(parsing: Self.full.span.bytes)
        #expect(descriptor.isFrameStart)
        #expect(!descriptor.isNonReference)
        #expect(descriptor.pictureID == 0x1234)
        #expect(descriptor.isPictureIDLong)
        #expect(descriptor.pictureIDOffset == 2)
        #expect(descriptor.tl0PictureIndex == 0x56)
        #expect(descriptor.tl0PictureIndexOffset == 4)
        #expect(descriptor.temporalLayer == 2)
        #expect(descriptor.isLayerSync)
        #expect(descriptor.keyIndex == 5)
        #expect(descriptor.layerOffset == 5)
        #expect(descriptor.byteCount == 6)
    }

    struct Example: CustomTestStringConvertible {
        var testDescription: String
        var payload: [UInt8]
        var byteCount: Int
        var isKeyframe: Bool
    }

    static let examples = [  // RFC 7741 §4.2, §4.3, §4.6
        Example(
            testDescription: "no extension, key frame",
            payload: [0x10, 0x00],
            byteCount: 1,
            isKeyframe: true
        ),
        Example(
            testDescription: "no extension, interframe",
            payload: [0x10, 0x01],
            byteCount: 1,
            isKeyframe: false
        ),
        Example(
            testDescription: "not the frame's first packet",
            payload: [0x00, 0x00],
            byteCount: 1,
            isKeyframe: false
        ),
        Example(
            testDescription: "first of a later partition",
            payload: [0x11, 0x00],
            byteCount: 1,
            isKeyframe: false
        ),
        Example(
            testDescription: "short picture number",
            payload: [0x90, 0x80, 0x11, 0x00],
            byteCount: 3,
            isKeyframe: true
        ),
        Example(
            testDescription: "extension without fields",
            payload: [0x90, 0x00, 0x00],
            byteCount: 2,
            isKeyframe: true
        ),
        Example(
            testDescription: "key index alone",
            payload: [0x90, 0x10, 0x1F, 0x00],
            byteCount: 3,
            isKeyframe: true
        ),
        Example(
            testDescription: "descriptor and nothing else",
            payload: [0x10],
            byteCount: 1,
            isKeyframe: false
        ),
    ]

    @Test(arguments: examples) func `finds key frames behind any descriptor`(
        example: Example
    ) throws {
        let descriptor = try VP8PayloadDescriptor(parsing: example.payload.span.bytes)
        #expect(descriptor.byteCount == example.byteCount)
        let isKeyframe = Codec.vp8.isKeyframe(payload: example.payload.span.bytes)
        #expect(isKeyframe == example.isKeyframe)
    }

    @Test(arguments: 0..<6) func `a cut descriptor throws and is no key frame`(count: Int) {
        let cut = Array(Self.full.prefix(count))
        #expect(throws: ParseError.self) { try VP8PayloadDescriptor(parsing: cut.span.bytes) }
        let isKeyframe = Codec.vp8.isKeyframe(payload: cut.span.bytes)
        #expect(!isKeyframe)
    }

    @Test(arguments: [0, 1, 127, 128, 32767, 32768, 65535] as [UInt16])
    func `rewriting changes the two numbers and nothing else`(number: UInt16) throws {
        for payload in [Self.full, [0x90, 0xC0, 0x11, 0x22, 0x00], [0x10, 0x00]] as [[UInt8]] {
            let old = try VP8PayloadDescriptor(parsing: payload.span.bytes)
            var copy = payload
            copy.withUnsafeMutableBytes { buffer in
                guard let base = buffer.baseAddress else { return }
                old.rewrite(pictureID: number, tl0PictureIndex: 0xAB, in: base)
            }
            let new = try VP8PayloadDescriptor(parsing: copy.span.bytes)
            let mask: UInt16 = old.isPictureIDLong ? 0x7FFF : 0x7F
            #expect(new.pictureID == old.pictureID.map { _ in number & mask })
            #expect(new.tl0PictureIndex == old.tl0PictureIndex.map { _ in 0xAB })
            #expect(new.byteCount == old.byteCount)
            #expect(new.temporalLayer == old.temporalLayer)
            #expect(copy.last == payload.last)
        }
    }
}
