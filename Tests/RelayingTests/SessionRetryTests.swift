import Testing
import Timing

@testable import Relaying

@Suite struct SessionRetryTests {
    private static let start = Instant(nanoseconds: 1_000_000_000)

    @Test func `the first is asked for at once, the next after waits that grow to half a minute`() {
        var retry = SessionRetry()
        #expect(retry.wait(at: Self.start, spread: 1) == nil)
        let waits = (0..<7).map { _ in
            retry.failed()
            return retry.wait(at: Self.start, spread: 1)
        }
        #expect(waits == [1, 2, 4, 8, 16, 30, 30].map { .seconds($0) })
        #expect(retry.wait(at: Self.start, spread: 0.5) == .seconds(15))
    }

    @Test func `after a session that lasted there is no wait, after one that did not there is`() {
        var retry = SessionRetry()
        retry.failed()
        retry.agreed(at: Self.start)
        #expect(retry.wait(at: Self.start + .seconds(3), spread: 1) == nil)
        var waits: [Duration?] = []
        for number in 0..<4 {
            let granted = Self.start + .seconds(Int64(number) * 60)
            retry.agreed(at: granted)
            waits.append(retry.wait(at: granted + .milliseconds(200), spread: 1))
        }
        #expect(waits == [1, 2, 4, 8].map { .seconds($0) })
    }
}
