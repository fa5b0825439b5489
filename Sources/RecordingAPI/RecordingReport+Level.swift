public import Recording
public import Service

extension RecordingReport {
    /// How it stands in a log.
    public var level: Log.Level {
        switch self {
        case .notice: .info
        case .trouble: .warning
        case .unmade, .final: .error
        }
    }
}
