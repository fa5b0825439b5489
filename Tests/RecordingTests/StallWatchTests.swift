import Testing
import Timing

@testable import Recording

/// A source that is there and sends nothing.
@Suite struct StallWatchTests {
    @Test func `is noticed after four seconds, and its file ended after ten`() {
        var watch = StallWatch()
        let start = Instant(nanoseconds: 5)
        #expect(watch.nextDeadline == nil)
        watch.frameArrived(at: start)
        #expect(watch.advance(to: start + .milliseconds(3999)) == .none)
        #expect(watch.nextDeadline == start + .seconds(4))
        #expect(watch.advance(to: start + .seconds(4)) == .stalled)
        #expect(watch.isStalled)
        #expect(watch.advance(to: start + .seconds(4)) == .none)
        #expect(watch.nextDeadline == start + .seconds(10))
        #expect(watch.advance(to: start + .seconds(10)) == .giveUp)
        #expect(watch.nextDeadline == nil && watch.isStalled)
        watch.frameArrived(at: start + .seconds(60))
        #expect(!watch.isStalled)
        #expect(watch.advance(to: start + .seconds(64)) == .stalled)
    }

    @Test func `is noticed while sound goes on, and the file goes on with it`() {
        var watch = StallWatch()
        let start = Instant(nanoseconds: 5)
        watch.frameArrived(at: start)
        for second in 0...60 {
            let now = start + .seconds(Int64(second))
            watch.soundArrived(at: now)
            #expect(watch.advance(to: now) == (second == 4 ? .stalled : .none))
        }
        #expect(watch.isStalled && watch.nextDeadline == start + .seconds(70))
        #expect(watch.advance(to: start + .seconds(70)) == .giveUp)
    }

    @Test func `is not looked for while the source is known to be away`() {
        var watch = StallWatch()
        watch.frameArrived(at: Instant(nanoseconds: 0))
        watch.sourceLeft()
        #expect(watch.nextDeadline == nil)
        #expect(watch.advance(to: Instant(nanoseconds: 1 << 60)) == .none)
    }
}
