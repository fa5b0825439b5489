import RTP
import Testing

@Suite struct SequenceUnwrapperTests {
    static let starts: [UInt16] = [0, 1, 127, 128, 32767, 32768, 65535]

    @Test(arguments: starts) func `three times round the circle counts on from any start`(
        start: UInt16
    ) {
        var unwrapper = SequenceUnwrapper()
        for step in 0..<200_000 {
            let number = start &+ UInt16(truncatingIfNeeded: step)
            #expect(unwrapper.unwrap(number) == Int64(start) + Int64(step))
        }
    }

    @Test(arguments: starts) func `a late packet keeps its place and moves nothing`(start: UInt16) {
        var unwrapper = SequenceUnwrapper()
        let first = unwrapper.unwrap(start)
        #expect(unwrapper.unwrap(start &+ 3) == first + 3)
        #expect(unwrapper.unwrap(start &+ 1) == first + 1)
        #expect(unwrapper.unwrap(start &- 5) == first - 5)
        #expect(unwrapper.newest == first + 3)
        #expect(unwrapper.peek(start &+ 4) == first + 4)
        #expect(unwrapper.newest == first + 3)
    }

    @Test func `timestamps wrap the same way`() {
        var unwrapper = TimestampUnwrapper()
        #expect(unwrapper.unwrap(.max - 1) == 0xFFFF_FFFE)
        #expect(unwrapper.unwrap(1) == 0x1_0000_0001)
        #expect(unwrapper.unwrap(.max) == 0xFFFF_FFFF)
        #expect(unwrapper.newest == 0x1_0000_0001)
    }
}
