import Glibc
import Reactor
import Timing

/// The one thread that writes to a disk: a slow disk holds up no camera, and twenty cameras do not
/// fight for one disk. Beside it a second one hands over what was written, and ends files.
///
/// What may wait is bounded by each recording (`WaitingOctets`), and by 65 536 commands in all.
final class DiskWriter: Sendable {
    /// How the disk stands.
    let condition: DiskCondition

    private let mailbox: Mailbox<DiskCommand>
    private let errands: DiskErrands

    /// Starts the threads; when nobody holds this any more they do what they were given, and end with
    /// their files whole.
    convenience init(
        storage: any Storage, policy: SyncPolicy, sweep: Sweep
    ) throws(SystemError) {
        try self.init(storage: storage, policy: policy, sweep: sweep) {
            name, body throws(SystemError) in try startThread(name: name, body)
        }
    }

    init(
        storage: any Storage, policy: SyncPolicy, sweep: Sweep, start: WorkQueue.Start
    ) throws(SystemError) {
        let mailbox = try Mailbox<DiskCommand>(capacity: 65_536)
        let condition = DiskCondition()
        // One that is full wakes the thread anyway.
        let errands = try DiskErrands(storage, sweep.claims, start: start) {
            try? mailbox.post(.run {})
        }
        (self.mailbox, self.condition, self.errands) = (mailbox, condition, errands)
        let sweeping = WorkQueue(name: "retention", limit: 1)
        do throws(SystemError) {
            try start("disk") {
                Self.refuseTooLongFiles()
                var work = DiskWork(
                    storage: storage, policy: policy, claims: sweep.claims, errands: errands.door,
                    // What cannot be swept now is swept when room is looked for again.
                    space: DiskSpace(sweep, condition: condition) {
                        (try? sweeping.post($0)) != nil
                    })
                var isOpen = true
                while isOpen {
                    work.advance(to: .now())
                    // A mailbox can always be waited for while it lives.
                    try? mailbox.wait(until: work.nextDeadline)
                    isOpen = mailbox.drain { command in work.perform(command, at: .now()) }
                }
                work.finish(at: .now()) { errands.settle() }
                errands.finish()
            }
        } catch {
            errands.finish()
            throw error
        }
    }

    /// On this thread, a file longer than the process may write (`ulimit -f`) is an error of the file's
    /// (`EFBIG`), and no end of the process.
    static func refuseTooLongFiles() {
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGXFSZ)
        pthread_sigmask(SIG_BLOCK, &signals, nil)
    }

    /// The way here for one recording.
    var door: DiskDoor {
        DiskDoor(condition: condition) { [mailbox] command in
            do throws(MailboxRefusal) {
                try mailbox.post(command)
                return true
            } catch { return false }
        }
    }

    /// Leaves something to be done; `false` when there is too much already.
    func post(_ command: DiskCommand) -> Bool { door.post(command) }

    /// Waits until all that was left to be done has been done.
    func settle() async {
        await withCheckedContinuation { continuation in
            let isLeft = post(
                .run { [errands] in errands.leave(.tell { continuation.resume() }) })
            if !isLeft { continuation.resume() }
        }
    }

    deinit { mailbox.close() }
}

/// The way to a disk's thread: what is to be done goes in, how the disk stands can be seen.
struct DiskDoor: Sendable {
    /// How the disk stands.
    let condition: DiskCondition
    /// Leaves something to be done, in order; `false` when there is too much already.
    let post: @Sendable (DiskCommand) -> Bool
}

/// How recordings are kept on a disk.
public struct DiskOptions: Hashable, Sendable {
    /// When what was written is handed to the disk itself.
    public var sync: SyncPolicy
    /// What is deleted, and when.
    public var retention: Retention

    /// By default a loss of power costs a second, and nothing is ever deleted.
    public init(sync: SyncPolicy = .interval(.seconds(1)), retention: Retention = Retention()) {
        (self.sync, self.retention) = (sync, retention)
    }
}
