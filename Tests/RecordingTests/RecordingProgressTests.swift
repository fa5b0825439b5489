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
        async let waited = progress.next(within: .seconds(3600)) { $0.disk.writtenBytes > 1 }
        async let failed = progress.next(within: .seconds(3600)) { $0.lastFailure != nil }
        await progress.current.waiters(2)
        progress.update { $0.disk.writtenBytes = 1 }
        progress.update { $0.lastFailure = "gone" }
        #expect(await failed.lastFailure == "gone")
        #expect(progress.current.waiterCount == 1, "the other waits for more")
        progress.update { $0.disk.writtenBytes = 2 }
        #expect(await waited.disk.writtenBytes == 2)
    }

    struct Row: CustomTestStringConvertible {
        let state: RecordingProgress.State
        var intake = RecordingIntake.everything
        var isStalled = false
        var isConnected = true
        var isStopping = false
        let word: String

        var testDescription: String { "\(state), \(intake): \(word)" }
    }

    static let rows = [
        Row(state: .connecting, isConnected: false, word: "connecting"),
        Row(state: .connecting, intake: .keyframes, word: "connecting"),
        Row(state: .connecting, intake: .nothing, isConnected: false, word: "connecting"),
        Row(state: .connecting, intake: .nothing, word: "no_space"),
        Row(state: .connecting, isStalled: true, word: "stalled"),
        Row(state: .connecting, isStalled: true, isConnected: false, word: "connecting"),
        Row(state: .recording, word: "recording"),
        Row(state: .recording, intake: .keyframes, word: "degraded"),
        Row(state: .recording, isStalled: true, word: "stalled"),
        Row(state: .recording, intake: .keyframes, isStalled: true, word: "stalled"),
        Row(state: .recording, intake: .nothing, isStalled: true, word: "no_space"),
        Row(state: .waiting, intake: .keyframes, word: "waiting"),
        Row(state: .waiting, isStalled: true, word: "stalled"),
        Row(state: .waiting, intake: .nothing, word: "no_space"),
        Row(state: .recording, intake: .nothing, isStopping: true, word: "stopping"),
        Row(state: .stopped, isStopping: true, word: "stopped"),
        Row(state: .stopped, intake: .nothing, isStalled: true, word: "stopped"),
    ]

    @Test(arguments: rows) func `callers read the words that they know`(row: Row) {
        var snapshot = RecordingProgress.Snapshot()
        (snapshot.state, snapshot.disk.intake, snapshot.source.isStalled) = (
            row.state, row.intake, row.isStalled
        )
        snapshot.isStopping = row.isStopping
        snapshot.source.connected = row.isConnected ? Instant(nanoseconds: 1) : nil
        #expect(snapshot.condition.rawValue == row.word)
    }

    @Test func `a camera that has answered and never sends is missed from the start`() {
        let start = Instant(nanoseconds: 1_000_000_000)
        var snapshot = RecordingProgress.Snapshot()
        (snapshot.source.expectedSince, snapshot.source.connected) = (start, start + .seconds(1))
        #expect(snapshot.zeroPacketStreak(at: start + .milliseconds(12_900)) == 12)
        snapshot.state = .waiting
        #expect(snapshot.zeroPacketStreak(at: start + .seconds(12)) == 12, "it is away")
        snapshot.source.expectedSince = nil
        #expect(snapshot.zeroPacketStreak(at: start + .seconds(12)) == 0, "nobody has come yet")
        snapshot.disk.lastWritten = start + .seconds(5)
        #expect(snapshot.zeroPacketStreak(at: start + .seconds(12)) == 7)
        snapshot.state = .stopped
        #expect(snapshot.zeroPacketStreak(at: start + .seconds(12)) == 0)
    }

    @Test
    func `the disk's delay counts from the first octet that waits, and anew with each it takes`() {
        let start = Instant(nanoseconds: 1_000_000_000)
        var snapshot = RecordingProgress.Snapshot()
        snapshot.disk.wait(100, at: start)
        snapshot.disk.wait(200, at: start + .seconds(2))
        #expect(snapshot.disk.writeDelay(at: start + .seconds(6)) == 6)
        snapshot.disk.wait(100, at: start + .seconds(6), isTaking: true)
        #expect(snapshot.disk.writeDelay(at: start + .seconds(7)) == 1)
        snapshot.disk.wait(0, at: start + .seconds(7), isTaking: true)
        #expect(snapshot.disk.writeDelay(at: start + .seconds(60)) == 0)
    }

    @Test func `nobody waits longer than they want`() async {
        let found = await RecordingProgress().next(within: .zero) { _ in false }
        #expect(found.state == .connecting)
    }
}
