import Recording
import Web

// What a recording looks like, and what of it can be taken home.

extension CatalogEndpoints {
    /// The file asked for by `file`, else the newest.
    private func file(of id: String, _ request: HTTPRequest) async -> RecordedFile? {
        guard let wanted = request[query: "file"] else { return await files(of: id).last }
        guard let file = await catalog.file(wanted), file.name == id else { return nil }
        return file
    }

    func download(_ id: String, _ request: HTTPRequest) async -> HTTPResponse {
        guard let file = await file(of: id, request) else { return .missing }
        return await FileEndpoints(catalog: catalog).respond(
            file.file, to: request, asDownload: true)
    }

    func downloadURL(_ id: String) async -> HTTPResponse {
        let files = await files(of: id)
        guard let last = files.last else { return .missing }
        return .json(
            200, DownloadBody(url: "/recordings/" + last.file, files: files.map(\.file)))
    }

    func redirect(_ id: String) -> HTTPResponse {
        HTTPResponse(status: 307, headers: [("location", "/hls/\(id)/index.m3u8")])
    }

    func thumbnail(_ id: String, _ request: HTTPRequest) async -> HTTPResponse {
        guard let file = await file(of: id, request) else { return .missing }
        let asked = request[query: "at"].flatMap { Self.nanoseconds($0) }
        do {
            let picture = try await thumbnails.picture(of: file, at: asked ?? file.duration / 2)
            return HTTPResponse(
                status: 200,
                headers: [
                    ("content-type", "image/jpeg"), ("cache-control", "private, max-age=60"),
                ],
                body: .bytes(picture))
        } catch is ReadingThread.Busy { return .busy } catch {
            return .json(404, ["detail": "There is no picture of it"])
        }
    }

    func export(_ id: String, _ request: HTTPRequest) async -> HTTPResponse {
        guard let file = await file(of: id, request) else { return .missing }
        let from = request[query: "from"].map { Self.nanoseconds($0) } ?? 0
        let to = request[query: "to"].map { Self.nanoseconds($0) } ?? file.duration
        guard let from, let to,
            let body = ExportBody(
                file, from: from, to: min(to, file.duration),
                cutter: PieceCutter(catalog: catalog))
        else { return .json(400, ["detail": "from and to must be seconds of the file"]) }
        let stem = file.file.split(separator: ".").dropLast().joined(separator: ".")
        let name = "\(stem)_\(from / 1_000_000_000)-\(to / 1_000_000_000).mp4"
        return HTTPResponse(
            status: 200,
            headers: [
                ("content-type", "video/mp4"), ("cache-control", "no-store"),
                ("content-disposition", "attachment; filename=\"\(name)\""),
                // Progress is a share of this, where there is no content-length.
                ("x-source-length", "\(body.sourceByteCount)"),
            ], body: .pieces(body.pieces))
    }

    /// Seconds with a fraction, of at most a year.
    private static func nanoseconds(_ text: String) -> Int64? {
        guard let seconds = Double(text), seconds.isFinite, (0...31_536_000).contains(seconds)
        else { return nil }
        return Int64(seconds * 1e9)
    }
}

struct DownloadBody: Encodable {
    let url: String
    let files: [String]
}
