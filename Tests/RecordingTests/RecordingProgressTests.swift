import Testing

@testable import Recording

/// Waiting for a recording to come to something.
@Suite(.timeLimit(.minutes(1)))
struct RecordingProgressTests {
    @Test func `what is true already is not waited for`() async {
        let progress = RecordingProgress()
        let found = await progress.next(within: .seconds(3600)) { $0.state == "connecting" }
        #expect(found.state == "connecting")
    }

    @Test func `who waits is told at once`() async {
        let progress = RecordingProgress()
        async let waited = progress.next(within: .seconds(3600)) { $0.writtenBytes > 1 }
        async let failed = progress.next(within: .seconds(3600)) { $0.lastFailure != nil }
        await progress.current.waiters(2)
        progress.update { $0.writtenBytes = 1 }
        progress.update { $0.lastFailure = "gone" }
        #expect(await failed.lastFailure == "gone")
        #expect(progress.current.waiterCount == 1, "the other waits for more")
        progress.update { $0.writtenBytes = 2 }
        #expect(await waited.writtenBytes == 2)
    }

    @Test func `nobody waits longer than they want`() async {
        let found = await RecordingProgress().next(within: .zero) { _ in false }
        #expect(found.state == "connecting")
    }
}
