/// Why a sample or a track was refused. Nothing of it has been written.
public enum MuxerError: Error, Hashable, Sendable {
    /// The sample names a track the writer does not have.
    case noSuchTrack(Int)
    /// The sample holds no octets.
    case emptySample(track: Int)
    /// The sample is not what the track's format says: its framing is broken, or it is no packet.
    case malformedSample(track: Int)
    /// The container cannot say this format, or not with these parameters.
    case unsupportedFormat(track: Int)
    /// More tracks than the container's tables hold, or none.
    case trackCount(Int)
}

extension MuxerError: CustomStringConvertible {
    /// One sentence for a log line.
    public var description: String {
        switch self {
        case .noSuchTrack(let track): "there is no track \(track)"
        case .emptySample(let track): "a sample of track \(track) is empty"
        case .malformedSample(let track): "a sample of track \(track) is not of its format"
        case .unsupportedFormat(let track):
            "the container cannot hold the format of track \(track)"
        case .trackCount(let count): "the container cannot hold \(count) tracks"
        }
    }
}
