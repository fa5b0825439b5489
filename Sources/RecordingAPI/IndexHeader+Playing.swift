import Muxer
import Recording

// What is played of files.

extension FileSummary {
    /// The media type of its fragments, which are its own or cut from it.
    var playedType: String { header?.playedType ?? "video/mp4" }

    /// Whether its fragments are clusters.
    var isWebM: Bool { header?.container == .webm }
}

extension RecordedFile {
    /// The media type of its fragments, which are its own or cut from it.
    var playedType: String { index.header?.playedType ?? "video/mp4" }

    /// The numbers of the tracks that are left out where the pictures alone are wanted.
    var soundTracks: Set<Int> { index.header?.soundTracks ?? [] }
}

extension IndexHeader {
    /// Of sound beside pictures the tracks' numbers.
    var soundTracks: Set<Int> {
        guard formats.contains(where: { $0.kind == .video }) else { return [] }
        return Set(formats.indices.filter { formats[$0].kind == .audio }.map { $0 + 1 })
    }

    /// What is played of some of its tracks; `nil` where one of them has no name.
    func type(of formats: [TrackFormat]) -> String? {
        let names = formats.compactMap(\.codecName)
        guard names.count == formats.count, !names.isEmpty else { return nil }
        return "\(playedType); codecs=\"\(names.joined(separator: ", "))\""
    }

    /// The media type of what is played of a file.
    fileprivate var playedType: String {
        let isSeen = formats.contains { $0.kind == .video }
        return (isSeen ? "video/" : "audio/") + (container == .webm ? "webm" : "mp4")
    }
}

extension TrackFormat {
    /// The codec as players ask for it, or else by the letters and digits of its name.
    var toldName: String {
        codecName ?? name.lowercased().filter { $0.isLetter || $0.isNumber }
    }
}
