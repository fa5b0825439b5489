import Recording
import Web

/// `GET /recordings/{file}`: a recording's octets, whole or by ranges, also while it grows.
struct FileEndpoints: Sendable {
    let catalog: RecordingCatalog

    func respond(
        _ file: String, to request: HTTPRequest, asDownload: Bool
    ) async throws(WorkQueue.Busy) -> HTTPResponse {
        guard let opened = try await catalog.open(file) else { return .missing(file) }
        let live = await catalog.live(file)
        var byteCount = opened.byteCount
        if let live {
            guard let count = await Self.byteCount(of: live, for: request.headers[.range]) else {
                return .problem(404, "\(file) has ended: nothing follows")
            }
            byteCount = count
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
        if let tag, request.headers[.ifNoneMatch]?.names(tag: tag) == true {
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

    /// What a growing file holds is told by its index: octets behind it may still change. A player
    /// that was told of the next part waits for it (RFC 8216bis §4.4.5.3).
    ///
    /// - Returns: `nil` where the file ends without that part: the tables behind its last one are none.
    private static func byteCount(of live: LiveIndex, for range: String?) async -> UInt64? {
        let snapshot = live.snapshot
        guard case .unsatisfiable = ByteRange(range, of: snapshot.byteCount),
            case .part(let next) = ByteRange(range, of: snapshot.byteCount + 1),
            next.lowerBound == snapshot.byteCount
        else { return snapshot.byteCount }
        let after = await live.next(after: snapshot.partCount, within: .seconds(8))
        guard after.isFinished else { return after.byteCount }
        let end = min(after.parts.last?.end ?? 0, after.byteCount)
        return end > next.lowerBound ? end : nil
    }

    private func body(of file: OpenRecording, _ range: Range<UInt64>) -> HTTPBody {
        let cursor = Cursor(range)
        return .pieces(
            HTTPPieces(byteCount: Int(clamping: range.count)) { [reading = catalog.reading] in
                let piece = cursor.next()
                guard !piece.isEmpty else { return nil }
                return try await reading.attempt { try file.octets(piece) }
            })
    }

    static func mediaType(of file: String) -> String {
        if file.hasSuffix(".ts") { return "video/mp2t" }
        return file.hasSuffix(".webm") ? "video/webm" : "video/mp4"
    }
}

extension String {
    /// Whether a list of entity tags has this one, weak or not, or is of all there are (RFC 9110 §13.1.2).
    fileprivate func names(tag: String) -> Bool {
        split { ", \t".contains($0) }.contains { $0 == "*" || $0 == tag || $0 == "W/" + tag }
    }
}
