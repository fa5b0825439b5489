/// What is done beside recordings, which goes on until all of them are ended.
struct RecordingErrands: Sendable {
    /// Servers asked for another session: as many recordings as a process may have of rooms, and more.
    let asking = Errands(limit: 4096)
    /// Servers told that a session is over, which nobody waits for.
    let leaving = Errands(limit: RecordingErrands.leavingLimit)
    /// The look at the wall clock, each minute.
    let timekeeping = Errands(limit: 1)

    /// Cancels what is under way, and returns when it has ended.
    func stop() async {
        await timekeeping.stop()
        await asking.stop()
        await leaving.stop()
    }

    /// Each has a thread for two seconds at most; servers forget by themselves as well, later.
    static let leavingLimit = 64
}
