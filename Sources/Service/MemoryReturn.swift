import CSystem

/// Gives freed memory back to the system once a wave of work has passed.
///
/// What handshakes and sessions used and freed lies in holes between what stays, and glibc keeps
/// those. `malloc_trim` finds them; it takes a millisecond for each few megabytes and holds up
/// whoever allocates meanwhile, so it is called when it has been quiet for a while, or at the latest
/// after twelve such whiles; and once more when all has been freed that is kept for a time.
public actor MemoryReturn {
    private let waitForQuiet: @Sendable () async throws -> Void
    private let waitForRest: @Sendable () async throws -> Void
    private let giveBack: @Sendable () -> Void
    private var changes = 0
    private var isWatching = false
    private var awaitsRest = false

    /// Gives back after five quiet seconds, and what is freed up to a minute later: a handshake's
    /// memory is kept so long for a peer who never says that it has had the last flight.
    public init() {
        self.init(
            waitForQuiet: { try await Task.sleep(for: .seconds(5)) },
            waitForRest: { try await Task.sleep(for: .seconds(65)) },
            giveBack: { system_return_memory() })
    }

    /// One whose waiting and giving are the caller's.
    init(
        waitForQuiet: @escaping @Sendable () async throws -> Void,
        waitForRest: @escaping @Sendable () async throws -> Void,
        giveBack: @escaping @Sendable () -> Void
    ) {
        (self.waitForQuiet, self.waitForRest) = (waitForQuiet, waitForRest)
        self.giveBack = giveBack
    }

    /// Notes that something has just freed memory, or soon will.
    public func workDone() {
        changes += 1
        guard !isWatching else { return }
        isWatching = true
        Task { await watch() }
    }

    private func watch() async {
        for _ in 0..<Self.mostWaits {
            let before = changes
            do { try await waitForQuiet() } catch { break }
            if changes == before { break }
        }
        isWatching = false
        giveBack()
        await watchRest()
    }

    private func watchRest() async {
        guard !awaitsRest else { return }  // who waits sees that there is more to wait for
        awaitsRest = true
        var before: Int
        repeat {
            before = changes
            do { try await waitForRest() } catch { break }
            giveBack()
        } while changes != before
        awaitsRest = false
    }

    private static let mostWaits = 12
}
