import Testing
import Timing

@testable import Recording

/// Key frames asked of a source that sends none by itself.
@Suite struct KeyframePacingTests {
    /// At which tenths of a second one is asked for; keys come where they are said to.
    private static func asked(keys: Set<Int64>, tenths: Int64) -> [Int64] {
        var pacing = KeyframePacing()
        return (0..<tenths).filter { tenth in
            let now = Instant(nanoseconds: tenth * 100_000_000)
            return pacing.pictureArrived(isKeyframe: keys.contains(tenth), at: now)
        }
    }

    @Test func `one is asked for each five seconds where none comes`() {
        #expect(Self.asked(keys: [0], tenths: 160) == [50, 100, 150])
    }

    @Test func `one that comes by itself is waited for anew`() {
        #expect(Self.asked(keys: [0, 20, 40, 60, 80], tenths: 130) == [])
        #expect(Self.asked(keys: [0, 52], tenths: 110) == [50, 102])
    }
}
