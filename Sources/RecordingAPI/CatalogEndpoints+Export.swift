import Recording
import Web

// Parts of recordings, from one time to another.

extension CatalogEndpoints {
    /// From one time to another of the one file, or of the whole recording.
    func export(
        _ id: String, _ request: HTTPRequest
    ) async throws(WorkQueue.Busy) -> HTTPResponse {
        let files = try await files(of: id, request)
        guard !files.isEmpty else { return await missing(id, request) }
        let (begin, end): (AskedTime, AskedTime)
        do throws(MalformedField) { (begin, end) = try Self.range(request) } catch {
            return error.response
        }
        let name = request[query: "file"] ?? id
        guard let from = begin.nanoseconds(in: files) else {
            return .nothing(of: name, files, at: begin)
        }
        guard !end.isBefore(files) else { return .nothing(of: name, files, at: end) }
        let to = end.nanoseconds(in: files) ?? .max
        guard to > from else {
            return .problem(404, "\(name): nothing was recorded between \(begin) and \(end)")
        }
        let parts = try await catalog.stretches(of: files, from: from, to: to)
        guard !parts.isEmpty else { return .nothing(of: name, files, at: begin) }
        guard let body = ExportBody(parts, cutter: PieceCutter(catalog: catalog)) else {
            return Self.different(id, parts.map(\.file))
        }
        let stem = request[query: "file"].map { $0.split(separator: ".").dropLast() }
        let saved = stem.map { $0.joined(separator: ".") } ?? id
        let last = min(to, files.duration)
        return .attachment(
            body, called: "\(saved)_\(from / 1_000_000_000)-\(last / 1_000_000_000)")
    }

    /// What lies between `from` and `to`; without them from the beginning, and up to the end.
    private static func range(
        _ request: HTTPRequest
    ) throws(MalformedField) -> (begin: AskedTime, end: AskedTime) {
        let begin = try AskedTime("from", of: request) ?? .media(0)
        guard let end = try AskedTime("to", of: request) else { return (begin, .media(.max)) }
        guard begin.isBefore(end) else {
            throw MalformedField(name: "to", reason: "(\(end)) must be later than from (\(begin))")
        }
        return (begin, end)
    }
}

extension HTTPResponse {
    /// There is nothing of a recording, or of the one file that is asked for, at that time.
    static func nothing(
        of name: String, _ files: [FileSummary], at time: AskedTime
    ) -> HTTPResponse {
        let isGrowing = files.contains(where: \.isGrowing)
        let extent: String
        switch time {
        case .media:
            extent = "is \(AskedTime.media(files.duration)) long\(isGrowing ? " by now" : "")"
        case .date where time.isBefore(files):
            extent = "begins at \(files.begin?.text ?? "no known date")"
        case .date:
            let end = files.last.flatMap { $0.date(at: $0.duration) }?.text
            extent = "ends\(isGrowing ? " by now" : "") at \(end ?? "no known date")"
        }
        return problem(404, "\(name) \(extent): there is nothing at \(time)")
    }
}
