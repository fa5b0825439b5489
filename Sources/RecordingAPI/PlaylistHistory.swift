import Muxer
import Recording

/// What a playlist lists of transport streams.
enum ListedForm {
    /// Fragments, which are cut from them when they are asked for.
    case fragments
    /// Their own octets, from the folder that the playlist itself is in.
    case transport
}

/// What playlists have listed: a segment keeps its number, also when files before it are deleted.
actor PlaylistHistory {
    private let catalog: RecordingCatalog
    private let recordings: Recordings
    private var listed = ListedPlaylists()
    private var views = 0

    init(catalog: RecordingCatalog, recordings: Recordings) {
        (self.catalog, self.recordings) = (catalog, recordings)
    }

    /// The playlist of a recording, or of the one file whose name without its ending is given.
    ///
    /// - Parameters:
    ///   - name: The recording's, or the file's.
    ///   - form: What of transport streams it lists.
    ///   - query: What every address in it ends with.
    /// - Throws: `WorkQueue.Busy` where it cannot be known now: what was listed stays so.
    func playlist(
        of name: String, as form: ListedForm = .fragments, query: String = ""
    ) async throws(WorkQueue.Busy) -> MediaPlaylist? {
        views += 1
        let view = views
        let files = try await files(of: name)
        guard let last = files.last else { return nil }
        let isActive: Bool
        if files.count == 1, last.file.hasPrefix(name + ".") {
            isActive = !last.index.isFinished
        } else {
            isActive = await recordings.isWriting(name)
        }
        return listed.update(name, view: view) { listed in
            let first = listed.numbers.take(
                files.map { .init(file: $0.file, segmentCount: $0.index.spans.count) }, view: view)
            var playlist = MediaPlaylist(
                files: files.compactMap { $0.listing(as: form, query) }, isEnded: !isActive)
            (playlist.removedFiles, playlist.firstSequenceNumber) = (first.files, first.segments)
            playlist.announcedTarget = listed.target
            listed.target = playlist.targetDuration
            return playlist
        }
    }

    /// The growing index behind a playlist.
    func live(_ name: String) async throws(WorkQueue.Busy) -> LiveIndex? {
        if let live = await recordings.live(name) { return live }
        guard let entry = try await entries(of: name).last(where: \.isGrowing) else { return nil }
        return await catalog.live(entry.file)
    }

    /// The files of the recording of that name, or the one whose name without its ending it is.
    private func entries(
        of name: String
    ) async throws(WorkQueue.Busy) -> [RecordingCatalog.Entry] {
        let entries = try await catalog.entries(of: name)
        return entries.isEmpty ? try await catalog.entries(stem: name) : entries
    }

    /// The newest files, as many as a playlist should list: two days of them.
    private func files(of name: String) async throws(WorkQueue.Busy) -> [RecordedFile] {
        try await catalog.newest(of: try await entries(of: name), segmentLimit: Self.segmentLimit)
    }

    private static let segmentLimit = 86_400
}

extension RecordedFile {
    /// As a playlist in `/hls/{name}/` lists it, or one of transport streams.
    fileprivate func listing(as form: ListedForm, _ query: String) -> MediaPlaylist.File? {
        guard let header = index.header else { return nil }
        let addresses: MediaPlaylist.Addresses =
            switch header.container {
            case .mpegts where form == .transport: .ranges(file: file)
            case .mpegts: .cuts(folder: file + "/")
            case .fmp4: .ranges(file: "../../recordings/" + file)
            case .mp4, .webm:  // whose heads are other ones once they are closed
                .rangesAndMap(file: "../../recordings/" + file, map: file + "/init.mp4")
            }
        var listing = MediaPlaylist.File(
            header: header, segments: index.spans, parts: index.parts,
            isFinished: index.isFinished, addresses: addresses)
        listing.query = query
        return listing
    }
}
