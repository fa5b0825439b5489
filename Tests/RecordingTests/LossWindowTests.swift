import Testing
import Timing

@testable import Recording

/// The share of frames that were lost lately: what has been lost long ago says nothing of now.
@Suite struct LossWindowTests {
    private static let start = Instant(nanoseconds: 1_000_000_000)

    /// 25 frames a second, of which `lost` are lost, from one second to another.
    private static func send(
        _ seconds: Range<Int>, losing lost: UInt64, into window: inout LossWindow,
        _ counts: inout (received: UInt64, lost: UInt64)
    ) {
        for second in seconds {
            counts = (counts.received + 25, counts.lost + lost)
            window.note(
                received: counts.received, lost: counts.lost, at: start + .seconds(Int64(second)))
        }
    }

    @Test func `it is that of the last minute, whatever was before`() {
        var (window, counts) = (LossWindow(), (received: UInt64(0), lost: UInt64(0)))
        Self.send(0..<3600, losing: 0, into: &window, &counts)
        #expect(window.share(at: Self.start + .seconds(3600)) == 0)
        Self.send(3600..<3660, losing: 5, into: &window, &counts)
        #expect(window.share(at: Self.start + .seconds(3660)) == 0.2)
        Self.send(3660..<3721, losing: 0, into: &window, &counts)
        #expect(window.share(at: Self.start + .seconds(3721)) == 0)
    }

    @Test func `a source that has fallen silent loses nothing any more`() {
        var (window, counts) = (LossWindow(), (received: UInt64(0), lost: UInt64(0)))
        Self.send(0..<20, losing: 25, into: &window, &counts)
        #expect(window.share(at: Self.start + .seconds(20)) == 1)
        #expect(window.share(at: Self.start + .seconds(80)) == 0)
    }

    @Test func `nothing has been lost of nothing`() {
        #expect(LossWindow().share(at: Self.start) == 0)
    }
}
