import Reactor
import Synchronization

/// The way to whoever does a disk's errands, and back.
struct ErrandDoor: Sendable {
    /// Leaves one to be done. Those of one file are done in this order.
    let leave: @Sendable (DiskErrand) -> Void
    /// What has come of those that are done.
    let takeOutcomes: @Sendable () -> [DiskErrand.Outcome]
}

/// The thread beside a disk's writing thread, which does what an `ErrandLine` says.
///
/// A file has one sync under way at most, and one end.
final class DiskErrands: Sendable {
    private let mailbox: Mailbox<DiskErrand>
    /// Takes one when all errands left before have been done.
    private let settled: Mailbox<Void>
    private let outcomes = Mutex<[DiskErrand.Outcome]>([])

    /// Starts the thread, which ends with `finish`.
    ///
    /// - Parameters:
    ///   - start: Starts a thread.
    ///   - onOutcome: Called there when there is one to be taken.
    init(
        _ storage: any Storage, _ claims: ClaimedFiles, start: WorkQueue.Start,
        onOutcome: @escaping @Sendable () -> Void
    ) throws(SystemError) {
        mailbox = try Mailbox(capacity: .max)
        settled = try Mailbox(capacity: 1)
        try start("disk-sync") { [self] in
            DiskWriter.refuseTooLongFiles()  // ends of files are written here
            var line = ErrandLine()
            var isOpen = true
            while isOpen || !line.isEmpty {
                // A mailbox can always be waited for while it lives.
                if line.isEmpty { try? mailbox.wait() }
                isOpen = mailbox.drain { line.append($0) }
                guard let outcome = line.popFirst()?.run(on: storage, claims) else { continue }
                outcomes.withLock { $0.append(outcome) }
                onOutcome()
            }
        }
    }

    var door: ErrandDoor {
        ErrandDoor(leave: leave) { [self] in
            outcomes.withLock { outcomes in
                defer { outcomes = [] }
                return outcomes
            }
        }
    }

    /// Waits until all that was left before has been done. For the disk's thread alone.
    func settle() {
        leave(.tell { [settled] in try? settled.post(()) })
        try? settled.wait()
        _ = settled.drain { _ in }
    }

    /// Ends the thread when it has done what was left. Nothing may be left behind this.
    func finish() { mailbox.close() }

    /// Leaves an errand to be done. Open as long as the disk is written to, and bounded by what leaves
    /// them – a sync and an end for each file, and one of names – this refuses nothing.
    func leave(_ errand: DiskErrand) { try? mailbox.post(errand) }
}
