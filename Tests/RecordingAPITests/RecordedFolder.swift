import Codecs
import Glibc
import Muxer
import Testing
import Timing
import Web
import Wire

@testable import Recording
@testable import RecordingAPI

/// A folder with recordings in it, and the API before it; gone with its owner.
final class RecordedFolder: Sendable {
    let path: String
    let recordings: Recordings
    let endpoints: RecordingEndpoints

    init(
        rooms: String? = nil, on storage: any Storage = SystemStorage(),
        report: @escaping @Sendable (String, RecordingReport) -> Void = { _, _ in }
    ) async throws {
        var template = Array("/tmp/sluice-api-XXXXXX\0".utf8CString)
        path = try #require(mkdtemp(&template).map { String(cString: $0) })
        recordings = try Recordings(
            in: .init(path, on: storage), clock: { 1_800_000_000_000_000_000 },
            report: report)
        endpoints = RecordingEndpoints(recordings, rooms: rooms)
        // What a crash left has been looked for: files may be put there now.
        _ = await recordings.recovered()
    }

    deinit {
        guard let directory = opendir(path) else { return }
        while let entry = readdir(directory) { unlink(path + "/" + entry.name) }
        closedir(directory)
        rmdir(path)
    }

    /// Records so many seconds of ten pictures each, a key frame a second, from `start` on; with another
    /// `step` from picture to picture, in milliseconds, they are as much shorter or longer.
    @discardableResult
    func record(
        _ file: String, _ container: Container, _ format: TrackFormat = RecordedFolder.h264,
        seconds: Int = 3, from start: Int64 = 5, key: [UInt8] = [], keyframeEvery: Int = 10,
        isClosed: Bool = true, step: Int64 = 100
    ) throws -> [UInt8] {
        let chunk = try Self.chunk(
            container, format, seconds: seconds, from: start, key: key,
            keyframeEvery: keyframeEvery, step: step)
        try write(chunk.bytes, to: file)
        try write(chunk.index + (isClosed ? ClosingMark.bytes : []), to: file + ".index")
        return chunk.bytes
    }

    /// All octets of such a file, as its recording's engine hands them out.
    static func chunk(
        _ container: Container, _ format: TrackFormat = RecordedFolder.h264, seconds: Int = 3,
        from start: Int64 = 5, key: [UInt8] = [], keyframeEvery: Int = 10, step: Int64 = 100
    ) throws -> FileChunk {
        var writer = try SegmentWriter([format], container: container)
        writer.wallClock = 1_700_000_000_000_000_000
        var (output, parts) = (ByteWriter(), [FinishedPart]())
        for number in 0..<(seconds * 10) {
            let isKeyframe = number % keyframeEvery == 0
            let time = Interval.seconds(start) + .milliseconds(Int64(number) * step)
            let slice: [UInt8] = [
                0, 0, 0, 9, isKeyframe ? 0x65 : 0x41, UInt8(number % 255 + 1), 3, 4, 5, 6, 7, 8, 9,
            ]
            _ = try writer.write(
                Sample(track: 0, time: time, isKeyframe: isKeyframe),
                payload: (isKeyframe && !key.isEmpty ? key : slice).span.bytes, into: &output)
            parts += writer.takeParts()
        }
        writer.end(into: &output)
        parts += writer.takeParts()
        return FileChunk(
            bytes: output.bytes, index: parts.flatMap(\.record), parts: parts.map(\.part),
            header: writer.indexHeader)
    }

    func delete(_ file: String) {
        unlink(path + "/" + file)
        unlink(path + "/" + file + ".index")
    }

    func write(_ octets: [UInt8], to file: String) throws {
        let descriptor = open(path + "/" + file, O_CREAT | O_TRUNC | O_WRONLY, 0o600)
        try #require(descriptor >= 0)
        #expect(Glibc.write(descriptor, octets, octets.count) == octets.count)
        close(descriptor)
    }

    static let sps: [UInt8] = [
        0x67, 0x42, 0xC0, 0x1F, 0xD9, 0x00, 0x50, 0x05, 0xBB, 0x01, 0x10, 0x00, 0x00, 0x03, 0x00,
        0x10, 0x00, 0x00, 0x03, 0x03, 0xC0, 0xF1, 0x83, 0x24, 0x80,
    ]
    static let h264 = TrackFormat.h264(
        parameterSets: [sps, [0x68, 0xCE, 0x3C, 0x80]], framing: .lengths(octets: 4))
    /// The picture of one colour, of 64 by 48, that libvpx makes of it.
    static let vp8: [UInt8] = [
        0x50, 0x03, 0x00, 0x9D, 0x01, 0x2A, 0x40, 0x00, 0x30, 0x00, 0x00, 0x47, 0x08, 0x85, 0x85,
        0x88, 0x85, 0x84, 0x88, 0x02, 0x02, 0x02, 0x75, 0xAA, 0x03, 0xF8, 0x02, 0x07, 0x08, 0xD5,
        0x67, 0x99, 0x8F, 0x37, 0xD2, 0x00, 0xFE, 0xE7, 0x8B, 0xFF, 0xF9, 0x4A, 0xBC, 0x16, 0x37,
        0x47, 0x9F, 0xFE, 0x39, 0xB7, 0xC7, 0x36, 0xF8, 0xE6, 0xDF, 0xF1, 0xAB, 0x80,
    ]
}

/// An answer as a client has it.
struct Answer {
    let status: Int
    let headers: [String: String]
    let octets: [UInt8]

    var text: String { String(decoding: octets, as: UTF8.self) }

    struct Detail: Decodable { let detail: String }

    /// The sentence of a failure.
    var detail: String { (try? decodeJSON(Detail.self, from: octets))?.detail ?? "" }
}

extension RecordedFolder {
    func ask(
        _ method: HTTPMethod, _ target: String, _ body: String = "",
        headers: HTTPHeaders = [:]
    ) async throws -> Answer {
        let halves = target.split(separator: "?", maxSplits: 1).map(String.init)
        let query = halves.dropFirst().flatMap { $0.split(separator: "&") }.map { pair in
            let words = pair.split(separator: "=", maxSplits: 1).map(String.init)
            return (name: words[0], value: words.count > 1 ? words[1] : "")
        }
        let response = await endpoints.respond(
            to: HTTPRequest(
                method: method, path: halves[0], query: query, headers: headers,
                body: Array(body.utf8)))
        var octets: [UInt8] = []
        switch response.body {
        case .empty: break
        case .bytes(let bytes): octets = bytes
        case .events: Issue.record("no events are expected")
        case .pieces(let pieces):
            while let piece = try await pieces.next(), !piece.isEmpty { octets += piece }
            if let count = pieces.byteCount { #expect(octets.count == count) }
        }
        return Answer(
            status: response.status,
            headers: Dictionary(response.headers.map { ($0.name, $0.value) }) { $1 },
            octets: octets)
    }

    func get(_ target: String) async throws -> Answer { try await ask(.get, target) }
}
