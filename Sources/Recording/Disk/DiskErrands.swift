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
    /// Closes when the thread ends.
    private let ended: Mailbox<Never>
    private let outcomes = Mutex<[DiskErrand.Outcome]>([])

    /// Starts the thread, which ends with `finish`.
    ///
    /// - Parameter onOutcome: Called there when there is one to be taken.
    init(
        _ storage: any Storage, _ claims: ClaimedFiles, onOutcome: @escaping @Sendable () -> Void
    ) throws(SystemError) {
        mailbox = try Mailbox(capacity: .max)
        ended = try Mailbox(capacity: 1)
        try startThread(name: "disk-sync") { [self] in
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
            ended.close()
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

    /// Does what is left, and returns when the thread ends.
    func finish() {
        mailbox.close()
        try? ended.wait()
    }

    /// Leaves an errand to be done. Open as long as the disk is written to, and bounded by what leaves
    /// them – a sync and an end for each file, and one of names – this refuses nothing.
    func leave(_ errand: DiskErrand) { try? mailbox.post(errand) }
}
