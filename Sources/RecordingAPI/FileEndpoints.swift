import Recording
import Web

/// `GET /recordings/{file}`: a recording's octets, whole or by ranges, also while it grows.
struct FileEndpoints: Sendable {
    let catalog: RecordingCatalog

    func respond(
        _ file: String, to request: HTTPRequest, asDownload: Bool
    ) async throws(ReadingThread.Busy) -> HTTPResponse {
        guard let opened = try await catalog.open(file) else { return .missing(file) }
        let live = await catalog.live(file)
        // What a growing file holds is told by its index: octets behind it may still change.
        var byteCount = live?.snapshot.byteCount ?? opened.byteCount
        if let live, case .unsatisfiable = ByteRange(request.headers[.range], of: byteCount),
            case .part(let next) = ByteRange(request.headers[.range], of: byteCount + 1),
            next.lowerBound == byteCount
        {
            // A player that was told of the next part waits for it (RFC 8216bis §4.4.5.3).
            let count = live.snapshot.partCount
            byteCount = await live.next(after: count, within: .seconds(8)).byteCount
        }
        // Bytes that are appended to are no other representation, but nobody may rely on it.
        let tag = live == nil ? opened.tag : nil
        var headers: [(name: String, value: String)] = [
            ("content-type", Self.mediaType(of: file)), ("accept-ranges", "bytes"),
            ("cache-control", live == nil ? "private, max-age=60" : "no-store"),
        ]
        if let tag { headers.append(("etag", tag)) }
        if asDownload {
            headers.append(("content-disposition", HTTPResponse.disposition(file)))
        }
        if let tag, request.headers[.ifNoneMatch] == tag {
            return HTTPResponse(status: 304, headers: headers)
        }
        var range = request.headers[.range]
        if let condition = request.headers[.ifRange], condition != tag { range = nil }
        switch ByteRange(range, of: byteCount) {
        case .whole:
            return HTTPResponse(
                status: 200, headers: headers, body: body(of: opened, 0..<byteCount))
        case .part(let part):
            let bounds = "\(part.lowerBound)-\(part.upperBound - 1)/\(byteCount)"
            return HTTPResponse(
                status: 206, headers: headers + [("content-range", "bytes \(bounds)")],
                body: body(of: opened, part))
        case .unsatisfiable:
            return HTTPResponse(
                status: 416, headers: headers + [("content-range", "bytes */\(byteCount)")])
        }
    }

    private func body(of file: OpenRecording, _ range: Range<UInt64>) -> HTTPBody {
        let cursor = Cursor(range)
        return .pieces(
            HTTPPieces(byteCount: Int(clamping: range.count)) { [reading = catalog.reading] in
                let piece = cursor.next()
                guard !piece.isEmpty else { return nil }
                return try await reading.run {
                    file.read(at: piece.lowerBound, count: piece.count)
                }
            })
    }

    static func mediaType(of file: String) -> String {
        if file.hasSuffix(".ts") { return "video/mp2t" }
        return file.hasSuffix(".webm") ? "video/webm" : "video/mp4"
    }
}
