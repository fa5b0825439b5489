import Testing
import Timing

@testable import SFU

@Suite struct KeyframeRequesterTests {
    static let start = Instant(nanoseconds: 1_000_000_000)

    @Test func `asks at once, then again each interval until a key frame comes`() {
        var requester = KeyframeRequester(interval: .milliseconds(500))
        expect(.sendPLI, requester.keyframeNeeded(at: Self.start))
        expect(.none, requester.keyframeNeeded(at: Self.start))
        expect(.none, requester.advance(to: Self.start + .milliseconds(499)))
        expect(.sendPLI, requester.advance(to: Self.start + .milliseconds(500)))
        requester.keyframeArrived(at: Self.start + .milliseconds(600))
        expect(.none, requester.advance(to: Self.start + .milliseconds(1000)))
        #expect(requester.nextDeadline == nil)
    }

    @Test func `a wish right after a key frame waits out the interval`() {
        var requester = KeyframeRequester(interval: .milliseconds(500))
        _ = requester.keyframeNeeded(at: Self.start)
        requester.keyframeArrived(at: Self.start + .milliseconds(10))
        expect(.none, requester.keyframeNeeded(at: Self.start + .milliseconds(20)))
        #expect(requester.nextDeadline == Self.start + .milliseconds(500))
        expect(.sendPLI, requester.advance(to: Self.start + .milliseconds(500)))
    }

    @Test func `asks on, slowly, of a camera that ignores it`() {
        var requester = KeyframeRequester(interval: .milliseconds(500))
        expect(.sendPLI, requester.keyframeNeeded(at: Self.start))
        var asked: [Interval] = []
        while asked.count < 20, let deadline = requester.nextDeadline {
            expect(.sendPLI, requester.advance(to: deadline))
            asked.append(deadline - Self.start)
        }
        #expect(asked[9] == .seconds(5), "ten retries at its interval")
        #expect(asked[11] - asked[10] == .seconds(8))
        #expect(asked[19] - asked[18] == .seconds(8))
        requester.keyframeArrived(at: Self.start + .seconds(120))
        if let deadline = requester.nextDeadline { expect(.none, requester.advance(to: deadline)) }
        #expect(requester.nextDeadline == nil)
    }

    /// A requester that has asked eleven times in vain, and when it asked last.
    private static func unheard() -> (requester: KeyframeRequester, asked: Instant) {
        var requester = KeyframeRequester(interval: .milliseconds(500))
        var now = start
        _ = requester.keyframeNeeded(at: now)
        while let deadline = requester.nextDeadline, deadline - now == .milliseconds(500) {
            now = deadline
            _ = requester.advance(to: now)
        }
        return (requester, now)
    }

    @Test func `after a key frame that long was asked for in vain, wishes wait no longer`() {
        var (requester, asked) = Self.unheard()
        requester.keyframeArrived(at: asked + .milliseconds(100))
        expect(.none, requester.keyframeNeeded(at: asked + .milliseconds(200)))
        #expect(requester.nextDeadline == asked + .milliseconds(500))
        expect(.sendPLI, requester.advance(to: asked + .milliseconds(500)))
        (requester, asked) = Self.unheard()
        requester.keyframeArrived(at: asked + .seconds(1))
        expect(.sendPLI, requester.keyframeNeeded(at: asked + .milliseconds(1001)))
    }

    @Test func `while it is asked slowly, a fresh wish is asked at once`() {
        var (requester, asked) = Self.unheard()
        expect(.none, requester.keyframeNeeded(at: asked + .milliseconds(499)))
        expect(.sendPLI, requester.keyframeNeeded(at: asked + .milliseconds(500)))
        expect(.none, requester.keyframeNeeded(at: asked + .milliseconds(501)))
        #expect(requester.nextDeadline == asked + .milliseconds(8500), "by itself slowly")
    }

    @Test func `a stream that goes on after silence is asked as quickly as at first`() {
        var (requester, asked) = Self.unheard()
        requester.streamResumed(at: asked + .seconds(2))
        #expect(requester.nextDeadline == asked + .seconds(2))
        expect(.sendPLI, requester.advance(to: asked + .seconds(2)))
        #expect(requester.nextDeadline == asked + .milliseconds(2500))
        requester.keyframeArrived(at: asked + .seconds(5))
        requester.streamResumed(at: asked + .seconds(7))
        #expect(requester.nextDeadline == nil, "nobody waits for one")
    }

    @Test func `one that is missed is asked for by who can send, as soon as that may be`() {
        var requester = KeyframeRequester(interval: .milliseconds(500))
        requester.keyframeMissed(at: Self.start)
        #expect(requester.nextDeadline == Self.start)
        expect(.sendPLI, requester.advance(to: Self.start))
        requester.keyframeArrived(at: Self.start + .milliseconds(100))
        requester.keyframeMissed(at: Self.start + .milliseconds(200))
        expect(.none, requester.advance(to: Self.start + .milliseconds(499)))
        expect(.sendPLI, requester.advance(to: Self.start + .milliseconds(500)))
    }

    @Test func `a stream that begins is asked only if it begins without a key frame`() {
        var requester = KeyframeRequester(interval: .milliseconds(500))
        requester.streamBegan(at: Self.start)
        expect(.none, requester.keyframeNeeded(at: Self.start))
        requester.keyframeArrived(at: Self.start + .milliseconds(5))
        expect(.none, requester.advance(to: Self.start + .milliseconds(500)))
        #expect(requester.nextDeadline == nil)
        requester.streamBegan(at: Self.start + .seconds(1))
        expect(.sendPLI, requester.advance(to: Self.start + .milliseconds(1500)))
    }

    @Test func `a key frame that comes by itself meets a wish that waits`() {
        var requester = KeyframeRequester(interval: .milliseconds(500))
        _ = requester.keyframeNeeded(at: Self.start)
        requester.keyframeArrived(at: Self.start + .milliseconds(10))
        expect(.none, requester.keyframeNeeded(at: Self.start + .milliseconds(20)))
        requester.keyframeArrived(at: Self.start + .milliseconds(300))
        expect(.none, requester.advance(to: Self.start + .milliseconds(500)))
    }

    /// The macros take no mutating calls.
    private func expect(
        _ expected: KeyframeRequester.Action, _ action: KeyframeRequester.Action,
        at location: SourceLocation = #_sourceLocation
    ) {
        #expect(action == expected, sourceLocation: location)
    }
}
