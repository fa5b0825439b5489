import Muxer
import Recording

/// What playlists have listed: a segment keeps its number, also when files before it are deleted.
actor PlaylistHistory {
    private struct Listed {
        var files: [String] = []
        var counts: [String: Int] = [:]
        var removedFiles = 0
        var removedSegments = 0
    }

    private let catalog: RecordingCatalog
    private let recordings: Recordings
    private var listed: [String: Listed] = [:]

    init(catalog: RecordingCatalog, recordings: Recordings) {
        (self.catalog, self.recordings) = (catalog, recordings)
    }

    /// The playlist of a recording, or of the one file whose name without its ending is given.
    func playlist(of name: String) async -> MediaPlaylist? {
        let files = await files(of: name)
        guard !files.isEmpty else { return nil }
        var record = listed[name] ?? Listed()
        for file in record.files where !files.contains(where: { $0.file == file }) {
            record.removedFiles += 1
            record.removedSegments += record.counts[file] ?? 0
            record.counts[file] = nil
        }
        record.files = files.map(\.file)
        for file in files { record.counts[file.file] = file.index.spans.count }
        if listed.count >= Self.limit { listed.removeAll() }
        listed[name] = record
        let isOne = files.count == 1 && files[0].file.hasPrefix(name + ".")
        let isActive: Bool
        if isOne {
            isActive = !files[0].index.isFinished
        } else {
            let state = await recordings.status(name)?.progress.state
            isActive = state.map { $0 != "stopped" } ?? false
        }
        var playlist = MediaPlaylist(files: files.compactMap(\.listing), isEnded: !isActive)
        (playlist.removedFiles, playlist.firstSequenceNumber) =
            (record.removedFiles, record.removedSegments)
        return playlist
    }

    /// The growing index behind a playlist.
    func live(_ name: String) async -> LiveIndex? {
        if let live = await recordings.live(name) { return live }
        for entry in await catalog.entries() where entry.isGrowing && entry.file.hasPrefix(name) {
            return await catalog.live(entry.file)
        }
        return nil
    }

    /// The newest files, as many as a playlist should list: two days of them.
    private func files(of name: String) async -> [RecordedFile] {
        var files: [RecordedFile] = []
        var count = 0
        for entry in await catalog.entries().reversed()
        where entry.name == name || entry.file.hasPrefix(name + ".") {
            guard let file = await catalog.file(entry.file), !file.index.spans.isEmpty else {
                continue
            }
            count += file.index.spans.count
            if count > Self.segmentLimit, !files.isEmpty { break }
            files.append(file)
        }
        return files.reversed()
    }

    private static let limit = 1000
    private static let segmentLimit = 86_400
}

extension RecordedFile {
    /// As a playlist in `/hls/{name}/` lists it.
    fileprivate var listing: MediaPlaylist.File? {
        guard let header = index.header else { return nil }
        let addresses: MediaPlaylist.Addresses =
            switch header.container {
            case .mpegts: .cuts(folder: file + "/")
            case .fmp4, .webm: .ranges(file: "../../recordings/" + file)
            case .mp4:
                .rangesAndMap(file: "../../recordings/" + file, map: file + "/init.mp4")
            }
        return MediaPlaylist.File(
            header: header, segments: index.spans, parts: index.parts,
            isFinished: index.isFinished, addresses: addresses)
    }
}
