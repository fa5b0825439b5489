import Muxer
import Recording
import Timing

/// What playlists have listed: a segment keeps its number, also when files before it are deleted.
actor PlaylistHistory {
    /// Of which playlists are asked for.
    let recordings: Recordings
    private let catalog: RecordingCatalog
    private let segmentLimit: Int
    private var listed = ListedPlaylists()
    private var views = 0
    /// Of recordings longer than a playlist, by name.
    private var unlisted: [String: UnlistedMedia] = [:]
    private static let nameLimit = 1000

    /// - Parameter segmentLimit: How many a playlist lists: of two seconds each, two days.
    init(catalog: RecordingCatalog, recordings: Recordings, segmentLimit: Int = 86_400) {
        (self.catalog, self.recordings) = (catalog, recordings)
        self.segmentLimit = segmentLimit
    }

    /// The playlist of a recording, or of the one file whose name without its ending is given.
    ///
    /// - Parameters:
    ///   - name: The recording's, or the file's.
    ///   - form: What of transport streams it lists.
    ///   - wish: What is asked of it besides.
    /// - Throws: `WorkQueue.Busy` where it cannot be known now: what was listed stays so.
    func playlist(
        of name: String, as form: ListedForm = .fragments, _ wish: PlaylistWish = PlaylistWish()
    ) async throws(WorkQueue.Busy) -> MediaPlaylist? {
        views += 1
        let view = views
        let window = try await catalog.window(
            of: name, around: wish.time, limit: segmentLimit, known: unlisted[name])
        if unlisted.count >= Self.nameLimit { unlisted.removeAll() }
        if let found = window.unlisted { unlisted[name] = found }
        let files = window.files
        guard let last = files.last else { return nil }
        var playlist = MediaPlaylist(
            files: files.compactMap { $0.listing(as: form, wish) }, isEnded: true)
        playlist.unlisted.before = Interval(nanoseconds: window.before)
        playlist.unlisted.after = Interval(nanoseconds: window.after)
        guard !window.isPast else { return playlist }
        if files.count == 1, last.file.hasPrefix(name + ".") {
            playlist.isEnded = last.index.isFinished
        } else {
            playlist.isEnded = await !recordings.isWriting(name)
        }
        let counts = files.map {
            SegmentNumbers.File(file: $0.file, segmentCount: $0.index.spans.count)
        }
        return listed.update(name, view: view) { listed in
            let first = listed.numbers.take(counts, view: view)
            var playlist = playlist
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
}

extension RecordedFile {
    /// As a playlist in `/hls/{name}/` lists it, or one of transport streams.
    fileprivate func listing(as form: ListedForm, _ wish: PlaylistWish) -> MediaPlaylist.File? {
        guard let header = index.header else { return nil }
        let isCut = form == .fragments && wish.isMute && !soundTracks.isEmpty
        let addresses: MediaPlaylist.Addresses =
            switch header.container {
            case .mpegts where form == .transport: .ranges(file: file)
            case _ where isCut: .cuts(folder: file + "/")
            case .mpegts: .cuts(folder: file + "/")
            case .fmp4: .ranges(file: "../../recordings/" + file)
            case .mp4, .webm:  // whose heads are other ones once they are closed
                .rangesAndMap(file: "../../recordings/" + file, map: file + "/init.mp4")
            }
        var listing = MediaPlaylist.File(
            header: header, segments: index.spans, parts: index.parts,
            isFinished: index.isFinished, addresses: addresses)
        listing.query = isCut ? wish.mutedQuery : wish.query
        return listing
    }
}
