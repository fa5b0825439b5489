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
    ///
    /// - Throws: `ReadingThread.Busy` where it cannot be known now: what was listed stays so.
    func playlist(of name: String) async throws(ReadingThread.Busy) -> MediaPlaylist? {
        let files = try await files(of: name)
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
            isActive = await recordings.isWriting(name)
        }
        var playlist = MediaPlaylist(files: files.compactMap(\.listing), isEnded: !isActive)
        (playlist.removedFiles, playlist.firstSequenceNumber) =
            (record.removedFiles, record.removedSegments)
        return playlist
    }

    /// The growing index behind a playlist.
    func live(_ name: String) async throws(ReadingThread.Busy) -> LiveIndex? {
        if let live = await recordings.live(name) { return live }
        guard let entry = try await entries(of: name).last(where: \.isGrowing) else { return nil }
        return await catalog.live(entry.file)
    }

    /// The files of the recording of that name, or the one whose name without its ending it is.
    private func entries(
        of name: String
    ) async throws(ReadingThread.Busy) -> [RecordingCatalog.Entry] {
        let entries = try await catalog.entries(of: name)
        return entries.isEmpty ? try await catalog.entries(stem: name) : entries
    }

    /// The newest files, as many as a playlist should list: two days of them.
    private func files(of name: String) async throws(ReadingThread.Busy) -> [RecordedFile] {
        var files: [RecordedFile] = []
        var count = 0
        for entry in try await entries(of: name).reversed() {
            guard let file = try await catalog.file(entry.file), !file.index.spans.isEmpty else {
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
            case .fmp4: .ranges(file: "../../recordings/" + file)
            case .mp4, .webm:  // whose heads are other ones once they are closed
                .rangesAndMap(file: "../../recordings/" + file, map: file + "/init.mp4")
            }
        return MediaPlaylist.File(
            header: header, segments: index.spans, parts: index.parts,
            isFinished: index.isFinished, addresses: addresses)
    }
}
