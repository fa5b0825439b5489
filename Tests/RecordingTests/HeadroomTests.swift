import Testing
import Timing

@testable import Recording

/// What a filling disk allows, and that it does not flutter.
@Suite struct HeadroomTests {
    private static let start = Instant(nanoseconds: 1_000_000_000)

    @Test func `key frames only, then nothing, by the seconds that are left`() {
        var headroom = Headroom()
        headroom.wrote(1_000_000)
        headroom.update(freeBytes: 10_000_000, at: Self.start)
        #expect(headroom.intake == .everything)
        headroom.update(freeBytes: 9_999_999, at: Self.start)
        #expect(headroom.intake == .keyframes)
        headroom.update(freeBytes: 14_999_999, at: Self.start)
        #expect(headroom.intake == .keyframes, "half as much again is wanted")
        headroom.update(freeBytes: 2_999_999, at: Self.start)
        #expect(headroom.intake == .nothing)
        headroom.update(freeBytes: 5_999_999, at: Self.start)
        #expect(headroom.intake == .nothing, "twice as much is wanted")
        headroom.update(freeBytes: 15_000_000, at: Self.start)
        #expect(headroom.intake == .everything)
    }

    @Test func `a camera that writes little still leaves room to close its files`() {
        var headroom = Headroom()
        headroom.wrote(10)
        headroom.update(freeBytes: 524_287, at: Self.start)
        #expect(headroom.intake == .nothing)
    }

    @Test func `a full disk is tried twice a second, a broken one ever less`() {
        var headroom = Headroom()
        for _ in 0..<3 {
            headroom.refused(isFull: true, at: Self.start)
            headroom.update(freeBytes: 1 << 40, at: Self.start + .milliseconds(499))
            #expect(headroom.intake == .nothing)
            headroom.update(freeBytes: 1 << 40, at: Self.start + .milliseconds(500))
            #expect(headroom.intake == .everything)
        }
        headroom.accepted()
        for wait in [1, 2, 4, 8, 16, 32, 32] {
            headroom.refused(isFull: false, at: Self.start)
            headroom.update(freeBytes: 1 << 40, at: Self.start + .milliseconds(Int64(wait) * 999))
            #expect(headroom.intake == .nothing)
            headroom.update(freeBytes: 1 << 40, at: Self.start + .seconds(Int64(wait)))
            #expect(headroom.intake == .everything)
        }
    }

    @Test func `the rate is that of the last minutes, not of a quiet second`() {
        var headroom = Headroom()
        headroom.wrote(1_000_000)
        for _ in 0..<10 { headroom.wrote(0) }
        #expect(headroom.rate > 900_000)
        for _ in 0..<3000 { headroom.wrote(0) }
        #expect(headroom.rate < 1000)
    }
}
