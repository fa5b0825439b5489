import Muxer
import Pictures
import Recording
import Web

// What a recording looks like, and what of it can be taken home.

extension CatalogEndpoints {
    /// The one file asked for by `file`, else all of them; empty where there is none.
    func files(
        of id: String, _ request: HTTPRequest
    ) async throws(WorkQueue.Busy) -> [FileSummary] {
        try await catalog.summaries(of: id, file: request[query: "file"])
    }

    /// There is no such file, or none at all: why not yet, where one is to come.
    func missing(_ id: String, _ request: HTTPRequest) async -> HTTPResponse {
        guard let wanted = request[query: "file"] else { return await .absent(id, of: recordings) }
        return .problem(404, "There is no file \(wanted) of \(id)")
    }

    /// One file as it is; several as one.
    func download(
        _ id: String, _ request: HTTPRequest
    ) async throws(WorkQueue.Busy) -> HTTPResponse {
        let files = try await files(of: id, request)
        guard let last = files.last else { return await missing(id, request) }
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

    static func different(_ id: String, _ files: [FileSummary]) -> HTTPResponse {
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
        guard !files.isEmpty else { return await .absent(id, of: recordings) }
        return .json(200, DownloadBody(id, files.newest, query: request.tokenQuery))
    }

    func redirect(
        _ id: String, _ request: HTTPRequest
    ) async throws(WorkQueue.Busy) -> HTTPResponse {
        guard try await !catalog.summaries(of: id).isEmpty else {
            return await .absent(id, of: recordings)
        }
        let location = "/hls/\(id)/index.m3u8" + request.tokenQuery
        return HTTPResponse(status: 307, headers: [("location", location)])
    }

    /// For players that take MPEG-TS alone: whole segments, ranges of the files as they were written.
    func transportPlaylist(
        _ id: String, _ request: HTTPRequest
    ) async throws(WorkQueue.Busy) -> HTTPResponse {
        let files = try await catalog.summaries(of: id)
        guard !files.isEmpty else { return await .absent(id, of: recordings) }
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
        guard let last = files.last else { return await missing(id, request) }
        let asked: AskedTime?
        do throws(MalformedField) { asked = try AskedTime("at", of: request) } catch {
            return error.response
        }
        let at = asked?.nanoseconds(in: files)
        if let asked, asked.isBefore(files) || at ?? .max > files.duration {
            return .nothing(of: request[query: "file"] ?? id, files, at: asked)
        }
        let (found, time) = at.flatMap { files.place(at: $0) } ?? (last, last.duration / 2)
        guard let file = try await catalog.file(found.file) else {
            return await missing(id, request)
        }
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
}

extension FileSummary {
    /// What its tracks are, whatever their parameters: a stream of others is another stream.
    fileprivate var codecs: [String] { header?.formats.map(\.name) ?? [] }
}
