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
    /// The container has no words for this codec; the nearest that has them is named.
    case cannotHold(track: Int, codec: String, in: Container, nearest: Container?)
    /// The container wants what key frames say of the pictures before the first sample.
    case missingParameterSets(track: Int)
    /// The pictures' size or profile is no longer what the file's header says: begin another file.
    case formatChanged(track: Int)
    /// Time went back by more than jitter explains: begin another file.
    case timeWentBack(track: Int)
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
        case .cannotHold(let track, let codec, let container, let nearest):
            "\(container.name) cannot hold \(codec) (track \(track))"
                + (nearest.map { ": \($0.name) can" } ?? ", and no other container all the tracks")
        case .missingParameterSets(let track): "track \(track) has no parameter sets yet"
        case .formatChanged(let track): "the pictures of track \(track) have changed their format"
        case .timeWentBack(let track): "the times of track \(track) went back"
        case .trackCount(let count): "the container cannot hold \(count) tracks"
        }
    }
}
