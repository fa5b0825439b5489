public import Muxer

/// What a log tells of a recording while all goes well.
public enum RecordingNews: Hashable, Sendable {
    /// What its files are: with the first of them, and wherever that changes.
    case format(Container)
    /// Nobody is there to be recorded yet, and nobody is missed: why nothing is recorded.
    case awaited(String)
    /// Its first file lies there.
    case began(path: String)
    /// It has been stopped, and nothing more is written. Its files are whole, but where it was reported that
    /// the disk refused: what is left of those is for the next start to look at.
    case ended(RecordingProgress.Files)
}

extension RecordingNews: CustomStringConvertible {
    /// One line.
    public var description: String {
        switch self {
        case .format(let container): "Using \(container.name) format"
        case .awaited(let reason): "waiting: \(reason)"
        case .began(let path): "recording into \(path)"
        case .ended(let files) where files.byteCount == 0: "stopped: nothing was recorded"
        case .ended(let files):
            "stopped: \(files.recorded.nanoseconds / 1_000_000_000) s, \(files.byteCount) octets, "
                + (files.count == 1 ? files.path : "\(files.count) files, the last \(files.path)")
        }
    }
}
