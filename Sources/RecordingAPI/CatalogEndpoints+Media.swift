import Muxer
import Pictures
import Recording
import Web

// What a recording looks like, and what of it can be taken home.

extension CatalogEndpoints {
    /// The one file asked for by `file`, else all of them; empty where there is none.
    private func files(
        of id: String, _ request: HTTPRequest
    ) async throws(WorkQueue.Busy) -> [FileSummary] {
        try await catalog.summaries(of: id, file: request[query: "file"])
    }

    private func missing(_ id: String, _ request: HTTPRequest) -> HTTPResponse {
        guard let wanted = request[query: "file"] else { return .missing(id) }
        return .problem(404, "There is no file \(wanted) of \(id)")
    }

    /// One file as it is; several as one.
    func download(
        _ id: String, _ request: HTTPRequest
    ) async throws(WorkQueue.Busy) -> HTTPResponse {
        let files = try await files(of: id, request)
        guard let last = files.last else { return missing(id, request) }
        if files.count == 1 {
            return try await FileEndpoints(catalog: catalog).respond(
                last.file, to: request, asDownload: true)
        }
        if files.allSatisfy({
            $0.header?.container == .mpegts && $0.codecs == last.codecs
        }) {
            let joined = JoinedStream(files, catalog: catalog)
            return .attachment(
                HTTPPieces(byteCount: joined.byteCount) { try await joined.next() },
                called: id + ".ts", "video/mp2t")
        }
        let cutter = PieceCutter(catalog: catalog)
        guard let body = ExportBody(files.map { Stretch($0) }, cutter: cutter) else {
            return Self.different(id, files)
        }
        return .attachment(body, called: id)
    }

    private static func different(_ id: String, _ files: [FileSummary]) -> HTTPResponse {
        .json(
            409,
            DifferentBody(
                detail: "\(id): its files hold different things: take them one by one",
                files: files.newest.map { "/recordings/" + $0.file }))
    }

    func downloadURL(
        _ id: String, _ request: HTTPRequest
    ) async throws(WorkQueue.Busy) -> HTTPResponse {
        let files = try await catalog.summaries(of: id)
        guard !files.isEmpty else { return .missing(id) }
        return .json(200, DownloadBody(id, files.newest, query: request.tokenQuery))
    }

    func redirect(
        _ id: String, _ request: HTTPRequest
    ) async throws(WorkQueue.Busy) -> HTTPResponse {
        guard try await !catalog.summaries(of: id).isEmpty else { return .missing(id) }
        let location = "/hls/\(id)/index.m3u8" + request.tokenQuery
        return HTTPResponse(status: 307, headers: [("location", location)])
    }

    /// For players that take MPEG-TS alone: whole segments, ranges of the files as they were written.
    func transportPlaylist(
        _ id: String, _ request: HTTPRequest
    ) async throws(WorkQueue.Busy) -> HTTPResponse {
        let files = try await catalog.summaries(of: id)
        guard !files.isEmpty else { return .missing(id) }
        guard files.allSatisfy({ $0.header?.container == .mpegts }) else {
            return .problem(404, "\(id) is not MPEG-TS: it is played at /hls/\(id)/index.m3u8")
        }
        return try await playlists.playlist(of: id, as: .transport, request)
    }

    /// One file of it, by ranges also while it grows.
    func transport(
        _ file: String, of id: String, _ request: HTTPRequest
    ) async throws(WorkQueue.Busy) -> HTTPResponse {
        guard RecordingCatalog.recording(ofFile: file) == id else {
            return .problem(404, "There is no file \(file) of \(id)")
        }
        return try await FileEndpoints(catalog: catalog).respond(
            file, to: request, asDownload: false)
    }

    func thumbnail(
        _ id: String, _ request: HTTPRequest
    ) async throws(WorkQueue.Busy) -> HTTPResponse {
        let files = try await files(of: id, request)
        guard let last = files.last else { return missing(id, request) }
        let asked = request[query: "at"].map { Self.nanoseconds($0) }
        if case .some(.none) = asked { return .problem(400, "at must be seconds") }
        if let at = asked ?? nil, at > files.duration { return .beyond(id, files, at) }
        let (found, time) =
            (asked ?? nil).flatMap { files.place(at: $0) } ?? (last, last.duration / 2)
        guard let file = try await catalog.file(found.file) else { return missing(id, request) }
        do {
            let picture = try await thumbnails.picture(of: file, at: time)
            return HTTPResponse(
                status: 200,
                headers: [
                    ("content-type", "image/jpeg"), ("cache-control", "private, max-age=60"),
                ],
                body: .bytes(picture))
        } catch let busy as WorkQueue.Busy {
            throw busy
        } catch PictureError.noLibrary {
            return .problem(501, "There are no thumbnails: \(PictureError.noLibrary)")
        } catch {
            return .problem(404, "There is no picture in \(file.file) there")
        }
    }

    /// Seconds of the one file, or of the whole recording.
    func export(
        _ id: String, _ request: HTTPRequest
    ) async throws(WorkQueue.Busy) -> HTTPResponse {
        let files = try await files(of: id, request)
        guard !files.isEmpty else { return missing(id, request) }
        let from = request[query: "from"].map { Self.nanoseconds($0) } ?? 0
        let to = request[query: "to"].map { Self.nanoseconds($0) } ?? .max
        guard let from, let to, to > from else {
            return .problem(400, "from and to must be seconds, to the later one")
        }
        let parts = try await catalog.stretches(of: files, from: from, to: to)
        guard !parts.isEmpty else { return .beyond(id, files, from) }
        guard let body = ExportBody(parts, cutter: PieceCutter(catalog: catalog)) else {
            return Self.different(id, parts.map(\.file))
        }
        let stem = request[query: "file"].map { $0.split(separator: ".").dropLast() }
        let name = stem.map { $0.joined(separator: ".") } ?? id
        let end = min(to, files.duration)
        return .attachment(
            body, called: "\(name)_\(from / 1_000_000_000)-\(end / 1_000_000_000)")
    }

    /// Seconds with a fraction, of at most a year.
    private static func nanoseconds(_ text: String) -> Int64? {
        guard let seconds = Double(text), seconds.isFinite, (0...31_536_000).contains(seconds)
        else { return nil }
        return Int64(seconds * 1e9)
    }
}

extension HTTPResponse {
    /// There is nothing of a recording at that time, in nanoseconds of it: it is not so long.
    fileprivate static func beyond(
        _ id: String, _ files: [FileSummary], _ time: Int64
    ) -> HTTPResponse {
        let isGrowing = files.contains(where: \.isGrowing)
        return problem(
            404,
            "\(id) is \(seconds(files.duration)) s long\(isGrowing ? " by now" : ""): there is nothing at"
                + " \(seconds(time)) s")
    }

    /// Whole seconds and tenths, cut off: nobody is told of more than there is.
    private static func seconds(_ nanoseconds: Int64) -> String {
        "\(nanoseconds / 1_000_000_000).\(nanoseconds / 100_000_000 % 10)"
    }
}

extension FileSummary {
    /// What its tracks are, whatever their parameters: a stream of others is another stream.
    fileprivate var codecs: [String] { header?.formats.map(\.name) ?? [] }
}
