import Timing

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

    /// Tracks of one file: as many as one packet of a transport stream lists, each with its descriptors.
    static let trackLimit = 8

    /// What a file's name ends with, behind the dot.
    public var fileExtension: String {
        switch self {
        case .mpegts: "ts"
        case .fmp4, .mp4: "mp4"
        case .webm: "webm"
        }
    }

    /// What people call it.
    public var name: String {
        switch self {
        case .mpegts: "MPEG-TS"
        case .fmp4: "fragmented MP4"
        case .mp4: "MP4"
        case .webm: "WebM"
        }
    }

    /// Media after which a file of it ends in any case. Times of a transport stream come round after
    /// 26.5 hours: players tell a file's length by its first and last ones, and read it from zero on
    /// as if they never did.
    var durationLimit: Interval? {
        switch self {
        case .mpegts: .seconds(24 * 3600)
        case .fmp4, .mp4, .webm: nil
        }
    }

    /// Whether the container has words for what a track holds.
    public func holds(_ format: TrackFormat) -> Bool {
        switch self {
        case .mpegts: (try? TransportTrack(format, index: 0)) != nil
        case .fmp4, .mp4:
            Self.holds { () throws(MuxerError) in _ = try MovieTrack(format, index: 0) }
        case .webm: Self.holds { () throws(MuxerError) in _ = try WebMTrack(format, index: 0) }
        }
    }

    /// The container most like this one that holds all the tracks: itself where it does, `nil` where
    /// none does.
    public func nearest(for formats: [TrackFormat]) -> Container? {
        let order: [Container] =
            switch self {
            case .mpegts: [.mpegts, .fmp4, .webm]
            case .fmp4: [.fmp4, .webm, .mpegts]
            case .mp4: [.mp4, .webm, .mpegts]
            case .webm: [.webm, .fmp4, .mpegts]
            }
        return order.first { container in formats.allSatisfy { container.holds($0) } }
    }

    /// Refuses the first track that the container has no words for.
    func check(_ formats: [TrackFormat]) throws(MuxerError) {
        for (index, format) in formats.enumerated() where !holds(format) {
            throw .cannotHold(
                track: index, codec: format.name, in: self, nearest: nearest(for: formats))
        }
    }

    /// What is still to be learned is no hindrance.
    private static func holds(_ body: () throws(MuxerError) -> Void) -> Bool {
        do throws(MuxerError) {
            try body()
            return true
        } catch { return if case .missingParameterSets = error { true } else { false } }
    }

    /// The number an index names it by.
    var indexNumber: UInt8 {
        switch self {
        case .mpegts: 1
        case .fmp4: 2
        case .mp4: 3
        case .webm: 4
        }
    }
}
