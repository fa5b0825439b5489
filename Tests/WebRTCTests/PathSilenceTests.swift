import Testing
import Timing

@testable import WebRTC

/// When a path that says nothing is asked, noticed, and given up.
@Suite struct PathSilenceTests {
    static let start = Instant(nanoseconds: 7)

    /// What is done until `end`, and when, in ms; words of the other side come at `heard`.
    private static func actions(
        patience: Interval?, heard: [Int64] = [], until end: Int64
    ) -> [Int64: PathSilence.Action] {
        var silence = PathSilence(patience: patience, at: start)
        var actions: [Int64: PathSilence.Action] = [:]
        for moment in 0...end {
            let now = start + .milliseconds(moment)
            if heard.contains(moment) { silence.heard(at: now) }
            let action = silence.advance(to: now)
            if action != .none { actions[moment] = action }
            if let next = silence.nextDeadline { #expect(next > now) }
        }
        return actions
    }

    @Test func `asks after two and a half seconds, notices after five, ends when patience does`() {
        #expect(
            Self.actions(patience: .milliseconds(1500), until: 60_000)
                == [2500: .check, 5000: .notice, 6500: .giveUp])
    }

    @Test func `without patience it is noticed and left to consent`() {
        #expect(Self.actions(patience: nil, until: 60_000) == [2500: .check, 5000: .notice])
    }

    @Test(arguments: [0, 2400, 2600, 4999, 5001, 6499]) func `any word begins the count anew`(
        moment: Int64
    ) {
        let actions = Self.actions(
            patience: .milliseconds(1500), heard: [moment], until: moment + 6499)
        #expect(actions[moment + 2500] == .check && actions[moment + 5000] == .notice)
        #expect(!actions.values.contains(.giveUp))
    }

    @Test func `what is over stays over`() {
        var silence = PathSilence(patience: .milliseconds(1500), at: Self.start)
        for moment in [2500, 5000, 6500] as [Int64] {
            _ = silence.advance(to: Self.start + .milliseconds(moment))
        }
        silence.heard(at: Self.start + .seconds(7))
        #expect(silence.isNoticed && silence.nextDeadline == nil)
    }

    @Test func `a process that was suspended asks before it judges`() {
        var silence = PathSilence(patience: .milliseconds(1500), at: Self.start)
        let late = Self.start + .seconds(3600)
        let (first, second) = (silence.advance(to: late), silence.advance(to: late))
        #expect(first == .check && second == .none && !silence.isNoticed)
    }
}
