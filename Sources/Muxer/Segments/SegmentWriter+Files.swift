import Codecs
import Wire

// What a file needs of its container, and whether its pictures are still those it began with.

extension SegmentWriter {
    /// Makes what writes the file that begins.
    mutating func makeWriter(into output: inout ByteWriter) throws(MuxerError) {
        switch container {
        case .mpegts:
            // Parameter sets of other pictures must not stand before these.
            if isReshaped, shape != nil {
                try stream?.change(
                    track: leadingTrack, to: formats[leadingTrack], into: &output)
            }
            shape = presentShape
        case .fmp4, .mp4:
            var configuration = FragmentedMovieConfiguration()
            configuration.partDuration = limits.partDuration
            configuration.partByteCount = limits.partByteCount
            configuration.canBeClosed = container == .mp4
            movie = try FragmentedMovieWriter(formats, configuration: configuration)
        case .webm:
            var configuration = WebMConfiguration()
            configuration.clusterDuration = limits.partDuration
            configuration.clusterByteCount = limits.partByteCount
            webm = try WebMWriter(formats, configuration: configuration)
        }
    }

    /// Whether the key frame just learned from goes on with other pictures than the file began with.
    var isReshaped: Bool {
        guard container == .mpegts, let now = presentShape else { return false }
        return now != shape
    }

    private var presentShape: PictureShape? {
        guard hasPictures else { return nil }
        switch formats[leadingTrack] {
        case .h264(let sets, _):
            return PictureShape(
                formats[leadingTrack], sets: ParameterSets(sets, isH265: false))
        case .h265(let sets, _):
            return PictureShape(formats[leadingTrack], sets: ParameterSets(sets, isH265: true))
        case .vp8, .vp9, .av1, .aac, .opus, .mp3, .g711: return nil
        }
    }
}
