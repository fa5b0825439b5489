import Muxer
import Recording
import Web

/// `GET /hls/{name}/…`: playlists of a recording, or of one of its files, and what they list.
struct PlaylistEndpoints: Sendable {
    let catalog: RecordingCatalog
    let history: PlaylistHistory

    /// - Parameter path: Behind `/hls`.
    func respond(
        _ path: [String], to request: HTTPRequest
    ) async throws(WorkQueue.Busy) -> HTTPResponse {
        switch path.count {
        case 2 where path[1] == "index.m3u8": return try await playlist(of: path[0], request)
        case 3:
            let isMute = request[query: "tracks"] == PlaylistWish.pictures
            return try await piece(path[2], of: path[1], isMute: isMute)
        default: return .nothing
        }
    }

    // MARK: The playlist

    /// The playlist of a recording, or what it has come to be where the request waits for more.
    func playlist(
        of name: String, as form: ListedForm = .fragments, _ request: HTTPRequest
    ) async throws(WorkQueue.Busy) -> HTTPResponse {
        let wish: PlaylistWish
        do throws(MalformedField) { wish = try PlaylistWish(request) } catch {
            return error.response
        }
        guard var playlist = try await history.playlist(of: name, as: form, wish) else {
            return await .absent(name, of: history.recordings)
        }
        let wanted = Wanted(request)
        if let segment = wanted.segment {
            if playlist.isFarAhead(segment: segment, part: wanted.part) {
                return .problem(400, "_HLS_msn or _HLS_part is beyond what comes next")
            }
            let deadline = ContinuousClock.now + .seconds(3 * playlist.targetDuration)
            while !playlist.isEnded, !playlist.contains(segment: segment, part: wanted.part) {
                guard ContinuousClock.now < deadline, !Task.isCancelled else {
                    return .problem(503, "\(name): the source sends nothing")
                }
                try await waitForMore(playlist, of: name)
                guard let next = try await history.playlist(of: name, as: form, wish) else {
                    return await .absent(name, of: history.recordings)
                }
                playlist = next
            }
        } else if wanted.part != nil {
            return .problem(400, "_HLS_part goes with _HLS_msn")
        }
        return HTTPResponse(
            status: 200,
            headers: [
                ("content-type", "application/vnd.apple.mpegurl"),
                ("cache-control", "private, no-cache"),
            ], body: .bytes(playlist.octets(skipping: wanted.skips)))
    }

    /// Until there is another part, or another file where the last one has ended.
    private func waitForMore(
        _ playlist: MediaPlaylist, of name: String
    ) async throws(WorkQueue.Busy) {
        if let last = playlist.files.last, !last.isFinished,
            let live = try await history.live(name)
        {
            let known = last.parts.last?.end ?? 0
            let snapshot = live.snapshot
            if snapshot.isFinished || snapshot.parts.last?.end ?? 0 > known { return }
            _ = await live.next(after: snapshot.partCount, within: .seconds(1))
        } else {
            try? await Task.sleep(for: .milliseconds(100))  // the source is away
        }
    }

    /// What a player asks for besides (RFC 8216bis §6.2.5).
    private struct Wanted {
        var segment: Int?
        var part: Int?
        var skips: Bool

        init(_ request: HTTPRequest) {
            segment = request[query: "_HLS_msn"].flatMap { Int($0) }
            part = request[query: "_HLS_part"].flatMap { Int($0) }
            skips = ["YES", "v2"].contains(request[query: "_HLS_skip"] ?? "")
        }
    }

    // MARK: What it lists

    /// - Parameter isMute: Whether it is wanted without the sound that belongs to pictures.
    private func piece(
        _ piece: String, of name: String, isMute: Bool
    ) async throws(WorkQueue.Busy) -> HTTPResponse {
        guard var file = try await catalog.file(name) else { return .missing(name) }
        let absent = HTTPResponse.problem(404, "There is no \(piece) in \(name)")
        do {
            if piece == "init.mp4" {
                let head = try await PieceCutter(catalog: catalog).initialization(of: file)
                return .fragment(isMute ? file.pictures(of: head) : head, file.playedType)
            }
            guard piece.hasSuffix(".m4s"), let first = piece.first, first == "p" || first == "s",
                let offset = UInt64(piece.dropFirst().dropLast(4))
            else { return absent }
            if first == "p", !file.index.isFinished, offset >= file.byteCount {
                file = try await next(of: file, at: offset)
            }
            var found = file.piece(at: offset, isPart: first == "p")
            if found == nil, first == "p" {  // listed long ago
                file.index.parts = try await catalog.parts(of: file, upTo: offset)
                found = file.index.parts.last
            }
            guard let found else { return absent }
            let octets = try await PieceCutter(catalog: catalog).fragments(of: found, in: file)
            return .fragment(isMute ? file.pictures(of: octets) : octets, file.playedType)
        } catch let busy as WorkQueue.Busy {
            throw busy
        } catch let error as StorageError {
            return .problem(500, "\(name): \(error.reason)")
        } catch { return absent }
    }

    /// The part that a playlist has hinted at, once it is there.
    private func next(of file: RecordedFile, at offset: UInt64) async throws -> RecordedFile {
        guard offset == file.byteCount, let live = await catalog.live(file.file) else {
            throw PieceCutter.Failure.missing
        }
        var file = file
        file.index = await live.next(after: file.index.partCount, within: .seconds(8))
        return file
    }
}

extension RecordedFile {
    /// What plays of its head, or of fragments, where the sound that belongs to pictures is left out.
    fileprivate func pictures(of octets: [UInt8]) -> [UInt8] {
        var octets = octets
        if index.header?.container == .webm {
            ClusterWalk.hide(tracks: soundTracks, in: &octets)
        } else {
            FragmentWalk.hide(tracks: soundTracks, in: &octets)
        }
        return octets
    }
}

extension HTTPResponse {
    fileprivate static func fragment(_ bytes: [UInt8], _ mediaType: String) -> HTTPResponse {
        HTTPResponse(
            status: 200,
            headers: [("content-type", mediaType), ("cache-control", "private, max-age=3600")],
            body: .bytes(bytes))
    }
}
