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
        let asked = request[query: "at"].map { AskedTime($0) }
        if case .some(.none) = asked { return .problem(400, "at must be \(AskedTime.form)") }
        let at = (asked ?? nil)?.nanoseconds(in: files)
        if let asked = asked ?? nil, at ?? .max > files.duration {
            return .beyond(id, files, asked)
        }
        let (found, time) = at.flatMap { files.place(at: $0) } ?? (last, last.duration / 2)
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

    /// From one time to another of the one file, or of the whole recording.
    func export(
        _ id: String, _ request: HTTPRequest
    ) async throws(WorkQueue.Busy) -> HTTPResponse {
        let files = try await files(of: id, request)
        guard !files.isEmpty else { return missing(id, request) }
        let begin = request[query: "from"].map { AskedTime($0) } ?? .media(0)
        let end = request[query: "to"].map { AskedTime($0) } ?? .media(.max)
        guard let begin, let end, begin.isBefore(end) else {
            return .problem(400, "from and to must be \(AskedTime.form), to the later one")
        }
        guard let from = begin.nanoseconds(in: files) else { return .beyond(id, files, begin) }
        let to = end.nanoseconds(in: files) ?? .max
        guard to > from else { return .problem(404, "\(id): nothing was recorded between these") }
        let parts = try await catalog.stretches(of: files, from: from, to: to)
        guard !parts.isEmpty else { return .beyond(id, files, begin) }
        guard let body = ExportBody(parts, cutter: PieceCutter(catalog: catalog)) else {
            return Self.different(id, parts.map(\.file))
        }
        let stem = request[query: "file"].map { $0.split(separator: ".").dropLast() }
        let name = stem.map { $0.joined(separator: ".") } ?? id
        let last = min(to, files.duration)
        return .attachment(
            body, called: "\(name)_\(from / 1_000_000_000)-\(last / 1_000_000_000)")
    }
}

extension HTTPResponse {
    /// There is nothing of a recording at that time: it is not so long.
    fileprivate static func beyond(
        _ id: String, _ files: [FileSummary], _ time: AskedTime
    ) -> HTTPResponse {
        let isGrowing = files.contains(where: \.isGrowing)
        switch time {
        case .media(let nanoseconds):
            return problem(
                404,
                "\(id) is \(seconds(files.duration)) s long\(isGrowing ? " by now" : ""): there is"
                    + " nothing at \(seconds(nanoseconds)) s")
        case .date(let date):
            let end = files.last.flatMap { $0.date(at: $0.duration) }?.text ?? "at no known date"
            return problem(
                404,
                "\(id) ends\(isGrowing ? " by now" : "") at \(end): there is nothing at \(date.text)"
            )
        }
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
