/// The containers a recording can be written in.
public enum Container: String, CaseIterable, Hashable, Sendable {
    /// MPEG transport stream: any cut of it plays.
    case mpegts
    /// Fragmented MP4: any cut between parts plays.
    case fmp4
    /// MP4 that grows as fragmented MP4 and becomes a plain, seekable one when it is closed.
    case mp4
    /// WebM: any cut between clusters plays.
    case webm

    /// What a file's name ends with, behind the dot.
    public var fileExtension: String {
        switch self {
        case .mpegts: "ts"
        case .fmp4, .mp4: "mp4"
        case .webm: "webm"
        }
    }

    /// The number a sidecar index names it by.
    var indexNumber: UInt8 {
        switch self {
        case .mpegts: 1
        case .fmp4: 2
        case .mp4: 3
        case .webm: 4
        }
    }
}
