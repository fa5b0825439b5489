import Testing
import Timing

@testable import Recording

/// Key frames asked of a source that sends none by itself, or not the one that is needed.
@Suite struct KeyframeWishTests {
    /// At which tenths of a second one is asked for; keys come and are needed where they are said to.
    private static func asked(
        keys: Set<Int64> = [], needs: Set<Int64> = [], tenths: Int64
    ) -> [Int64] {
        var wish = KeyframeWish()
        wish.expect(at: Instant(nanoseconds: 0))
        return (0..<tenths).filter { tenth in
            let now = Instant(nanoseconds: tenth * 100_000_000)
            if needs.contains(tenth) { wish.needed(at: now) }
            if keys.contains(tenth) { wish.keyframeArrived(at: now) }
            return wish.advance(to: now)
        }
    }

    @Test func `pictures that begin without one have it asked for soon, and again until it comes`()
    {
        #expect(Self.asked(tenths: 170) == [2, 12, 22, 32, 42, 92, 142])
        #expect(Self.asked(keys: [25], tenths: 70) == [2, 12, 22])
    }

    @Test func `one is asked for each five seconds where none comes`() {
        #expect(Self.asked(keys: [0, 55, 110], tenths: 170) == [50, 105, 160])
    }

    @Test func `one that comes by itself is waited for anew`() {
        #expect(Self.asked(keys: [0, 20, 40, 60, 80], tenths: 130) == [])
        #expect(Self.asked(keys: [0, 52, 103], tenths: 110) == [50, 102])
    }

    @Test func `a loss has it asked for at once, and again each second: a request may be lost too`()
    {
        #expect(Self.asked(keys: [0, 35], needs: [10], tenths: 50) == [10, 20, 30])
    }

    @Test func `losses one upon another ask once a second at most`() {
        #expect(Self.asked(keys: [0, 22], needs: Set(10..<22), tenths: 30) == [10, 20])
        let slow = Self.asked(keys: [0], needs: [10, 70], tenths: 130)
        #expect(
            slow == [10, 20, 30, 40, 50, 70, 120], "a source that does not listen, now and then")
    }

    @Test func `none is asked for while nothing is written, and one at once when all is again`() {
        var wish = KeyframeWish()
        func at(_ second: Int64) -> Instant { Instant(nanoseconds: second * 1_000_000_000) }
        wish.expect(at: at(0))
        wish.keyframeArrived(at: at(0))
        wish.limit(to: .nothing, at: at(1))
        wish.needed(at: at(2))
        let isAsked = (2...20).contains { wish.advance(to: at($0)) }
        #expect(!isAsked && wish.nextDeadline == nil && wish.isExpecting)
        wish.forget()
        wish.expect(at: at(20))
        #expect(wish.nextDeadline == nil, "other tracks change nothing in that")
        wish.limit(to: .everything, at: at(21))
        let isAskedNow = wish.advance(to: at(21))
        #expect(isAskedNow)
        wish.keyframeArrived(at: at(22))
        wish.limit(to: .keyframes, at: at(23))
        #expect(wish.nextDeadline == at(27), "what comes by itself will do")
        wish.limit(to: .nothing, at: at(24))
        wish.limit(to: .keyframes, at: at(25))
        #expect(wish.nextDeadline == at(25), "none has come while nothing was written")
    }

    @Test func `nothing is asked for before pictures are expected`() {
        var wish = KeyframeWish()
        wish.needed(at: Instant(nanoseconds: 0))
        #expect(wish.nextDeadline == nil && !wish.advance(to: Instant(nanoseconds: 1)))
    }
}
