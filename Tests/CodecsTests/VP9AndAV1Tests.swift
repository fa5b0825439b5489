import Codecs
import Testing
import Wire

@Suite struct VP9AndAV1Tests {
    struct Example: CustomTestStringConvertible {
        var testDescription: String
        var payload: [UInt8]
        var byteCount: Int
        var isKeyframe: Bool
    }

    static let examples = [  // RFC 9628 §4.2
        Example(
            testDescription: "no layers, key frame's start",
            payload: [0x08, 0xFF],
            byteCount: 1,
            isKeyframe: true
        ),
        Example(
            testDescription: "no layers, interframe",
            payload: [0x48, 0xFF],
            byteCount: 1,
            isKeyframe: false
        ),
        Example(
            testDescription: "key frame's second packet",
            payload: [0x00, 0xFF],
            byteCount: 1,
            isKeyframe: false
        ),
        Example(
            testDescription: "long picture number, layers, base layer",
            payload: [0xA8, 0x81, 0x02, 0x00, 0x07, 0xFF],
            byteCount: 5,
            isKeyframe: true
        ),
        Example(
            testDescription: "key picture's second spatial layer",
            payload: [0xA8, 0x11, 0x03, 0x07, 0xFF],
            byteCount: 4,
            isKeyframe: false
        ),
        Example(
            testDescription: "flexible, three references",
            payload: [0xF8, 0x11, 0x10, 0x03, 0x05, 0x06, 0xFF],
            byteCount: 6,
            isKeyframe: false
        ),
        Example(
            testDescription: "structure of two sizes and one picture with two references",
            payload: [0x0A, 0x38, 1, 64, 0, 180, 2, 128, 1, 104, 1, 0x08, 1, 2, 0xFF],
            byteCount: 14,
            isKeyframe: true
        ),
        Example(
            testDescription: "descriptor and nothing else",
            payload: [0x08],
            byteCount: 1,
            isKeyframe: false
        ),
    ]

    @Test(arguments: examples) func `finds VP9's key frames behind any descriptor`(
        example: Example
    ) throws {
        let descriptor = try VP9PayloadDescriptor(parsing: example.payload.span.bytes)
        #expect(descriptor.byteCount == example.byteCount)
        let isKeyframe = Codec.vp9.isKeyframe(payload: example.payload.span.bytes)
        #expect(isKeyframe == example.isKeyframe)
        for count in 0..<example.byteCount {
            let cut = Array(example.payload.prefix(count))
            #expect(throws: ParseError.self) { try VP9PayloadDescriptor(parsing: cut.span.bytes) }
        }
    }

    @Test func `reads VP9's layers and numbers`() throws {
        let payload: [UInt8] = [0xA9, 0x81, 0x02, 0xB5, 0x07, 0xFF]
        let descriptor = try VP9PayloadDescriptor(parsing: payload.span.bytes)
        #expect(descriptor.pictureID == 0x0102)
        #expect(descriptor.pictureIDOffset == 1)
        #expect(descriptor.temporalLayer == 5)
        #expect(descriptor.isSwitchingPoint)
        #expect(descriptor.spatialLayer == 2)
        #expect(descriptor.usesInterLayerPrediction)
        #expect(descriptor.tl0PictureIndex == 7)
        #expect(descriptor.tl0PictureIndexOffset == 4)
        #expect(descriptor.isNotReferencedUpwards)
    }

    @Test func `a fourth VP9 reference is one too many`() {
        let payload: [UInt8] = [0x50, 0x03, 0x03, 0x03, 0x02, 0xFF]
        #expect(throws: ParseError.invalid(field: "P_DIFF", at: 3)) {
            try VP9PayloadDescriptor(parsing: payload.span.bytes)
        }
    }

    @Test func `an AV1 sequence begins where the header says so`() throws {
        // AV1 RTP §4.4: W = 2, N.
        let start: [UInt8] = [0x28, 0x0A, 0x01]
        let header = try AV1AggregationHeader(parsing: start.span.bytes)
        #expect(header.beginsSequence)
        #expect(header.elementCount == 2)
        let onStart = Codec.av1.isKeyframe(payload: start.span.bytes)
        #expect(onStart)
        for payload in [[0x20, 0x0A], [0xA0, 0x0A], [0x28], [0xA8, 0x0A], []] as [[UInt8]] {
            let isKeyframe = Codec.av1.isKeyframe(payload: payload.span.bytes)
            #expect(!isKeyframe)
        }
    }
}
