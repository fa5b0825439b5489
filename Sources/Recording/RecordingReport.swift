/// What a person should know of a recording.
public enum RecordingReport: Hashable, Sendable {
    /// It is as it should be: what was wrong is over, or a file is deleted for the limits that were set.
    case notice(String)
    /// It goes on as well as it can, or is tried again.
    case trouble(String)
    /// The disk takes no first file. It is tried again; who wants this recording alone may end with it.
    case unmade(String)
    /// Nothing is tried after this.
    case final(String)

    /// One line for the log.
    public var message: String {
        switch self {
        case .notice(let message), .trouble(let message), .unmade(let message), .final(let message):
            message
        }
    }
}
