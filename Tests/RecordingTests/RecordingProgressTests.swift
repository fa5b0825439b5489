import Testing
import Timing

@testable import Recording

/// Waiting for a recording to come to something.
@Suite(.timeLimit(.minutes(1)))
struct RecordingProgressTests {
    @Test func `what is true already is not waited for`() async {
        let progress = RecordingProgress()
        let found = await progress.next(within: .seconds(3600)) { $0.state == .connecting }
        #expect(found.state == .connecting)
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

    struct Row: CustomTestStringConvertible {
        let state: RecordingProgress.State
        var intake = RecordingIntake.everything
        var isStalled = false
        var isConnected = true
        let word: String

        var testDescription: String { "\(state), \(intake): \(word)" }
    }

    static let rows = [
        Row(state: .connecting, isConnected: false, word: "connecting"),
        Row(state: .connecting, intake: .keyframes, word: "connecting"),
        Row(state: .connecting, intake: .nothing, isConnected: false, word: "connecting"),
        Row(state: .connecting, intake: .nothing, word: "no_space"),
        Row(state: .recording, word: "recording"),
        Row(state: .recording, intake: .keyframes, word: "degraded"),
        Row(state: .recording, isStalled: true, word: "stalled"),
        Row(state: .recording, intake: .keyframes, isStalled: true, word: "stalled"),
        Row(state: .recording, intake: .nothing, isStalled: true, word: "no_space"),
        Row(state: .waiting, intake: .keyframes, word: "waiting"),
        Row(state: .waiting, isStalled: true, word: "stalled"),
        Row(state: .waiting, intake: .nothing, word: "no_space"),
        Row(state: .stopped, intake: .nothing, isStalled: true, word: "stopped"),
    ]

    @Test(arguments: rows) func `callers read the words that they know`(row: Row) {
        var snapshot = RecordingProgress.Snapshot()
        (snapshot.state, snapshot.intake, snapshot.isStalled) = (
            row.state, row.intake, row.isStalled
        )
        snapshot.connected = row.isConnected ? Instant(nanoseconds: 1) : nil
        #expect(snapshot.condition.rawValue == row.word)
    }

    @Test func `nobody waits longer than they want`() async {
        let found = await RecordingProgress().next(within: .zero) { _ in false }
        #expect(found.state == .connecting)
    }
}
