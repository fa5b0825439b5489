import Synchronization
import Testing

@testable import Recording

/// What is done beside everything else, and when it is not.
@Suite(.timeLimit(.minutes(1))) struct ErrandsTests {
    /// What errands have come to.
    private final class Told: Sendable {
        private let words = Mutex<[String]>([])
        var all: [String] { words.withLock { $0 } }
        func note(_ word: String) { words.withLock { $0.append(word) } }

        /// Until so much has been noted.
        func reaches(_ count: Int) async {
            while all.count < count { await Task.yield() }
        }
    }

    /// As a server's answer that never comes.
    private static func waitInVain(_ told: Told) async {
        told.note("begun")
        try? await Task.sleep(for: .seconds(3600))
        told.note(Task.isCancelled ? "cancelled" : "over")
    }

    @Test func `one that waits holds up no other`() async {
        let (errands, told) = (Errands(limit: 8), Told())
        errands.run { await Self.waitInVain(told) }
        await told.reaches(1)
        errands.run { told.note("done") }
        await told.reaches(2)
        #expect(told.all == ["begun", "done"])
        await errands.stop()
    }

    @Test func `all that is under way is cancelled at the end, and nothing is begun behind it`()
        async
    {
        let (errands, told) = (Errands(limit: 8), Told())
        for _ in 0..<3 { errands.run { await Self.waitInVain(told) } }
        await told.reaches(3)
        await errands.stop()
        #expect(told.all.count { $0 == "cancelled" } == 3)
        let isTaken = errands.run { told.note("late") }
        #expect(!isTaken && told.all.count == 6)
    }

    @Test func `what goes with its owner is cancelled too`() async {
        let told = Told()
        var errands: Errands? = Errands(limit: 8)
        errands?.run { await Self.waitInVain(told) }
        await told.reaches(1)
        errands = nil
        await told.reaches(2)
        #expect(told.all == ["begun", "cancelled"])
    }

    @Test func `beyond the bound it says no, until there is room again`() async {
        let (errands, told) = (Errands(limit: 2), Told())
        errands.run { await Self.waitInVain(told) }
        let (stream, gate) = AsyncStream.makeStream(of: Void.self)
        let second = errands.run { for await _ in stream { break } }
        let third = errands.run { told.note("too much") }
        #expect(second && !third)
        gate.yield()
        var isTaken = false
        while !isTaken {
            isTaken = errands.run { told.note("taken") }
            await Task.yield()
        }
        await told.reaches(2)
        #expect(!told.all.contains("too much"))
        await errands.stop()
    }
}
