/// How an executable says why it ended (sysexits.h).
public enum ExitCode: Int32, Sendable {
    /// All is well.
    case success = 0
    /// The command line, the environment or the configuration is wrong.
    case usage = 64
    /// A file that is needed cannot be read.
    case noInput = 66
    /// A port is in use, a source cannot be reached.
    case unavailable = 69
    /// Something failed that should not have.
    case software = 70
    /// Reading or writing failed under way.
    case ioFailure = 74
    /// The right to do it is missing.
    case noPermission = 77

    /// What a number of sysexits.h stands for; what is none of these should not have happened.
    public init(status: Int32) { self = ExitCode(rawValue: status) ?? .software }
}
