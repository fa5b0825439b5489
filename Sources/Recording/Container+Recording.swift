public import Muxer

extension Container {
    /// The container that a caller of the API means: by its own name, or by that of a codec, which
    /// stands for the container it is at home in. `nil` where nothing is meant that is known.
    public init?(named name: String) {
        switch name.lowercased() {
        case "mpegts", "ts", "mpeg-ts": self = .mpegts
        case "fmp4", "cmaf": self = .fmp4
        case "mp4", "h264", "h265", "hevc", "avc": self = .mp4
        case "webm", "vp8", "vp9", "av1": self = .webm
        default: return nil
        }
    }
}
