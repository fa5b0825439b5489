import Pictures
import Testing

/// Stills of key frames.
@Suite struct PictureTests {
    @Test(arguments: [PictureCodec.h264, .h265, .vp8, .vp9])
    func `what is no key frame gives no picture`(codec: PictureCodec) {
        #expect(throws: PictureError.self) { try decodeKeyframe([], codec) }
        #expect(throws: PictureError.self) {
            try decodeKeyframe([0, 0, 0, 1, 0x65, 1, 2, 3, 4, 5, 6, 7, 8], codec)
        }
    }
}
