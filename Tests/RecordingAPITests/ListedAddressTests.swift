import Muxer
import Testing
import Web

@testable import Recording
@testable import RecordingAPI

/// What a playlist has listed once can be had for as long as its file is there, and stays what it was:
/// also when the file is closed meanwhile, and its head is another then.
@Suite(.timeLimit(.minutes(1))) struct ListedAddressTests {
    /// Something that a playlist lists.
    struct Piece: Hashable {
        var target: String
        var range: String?
    }

    /// All that is listed, but for what is only hinted at.
    private static func pieces(_ playlist: String) -> [Piece] {
        var (found, range): ([Piece], String?) = ([], nil)
        for line in playlist.split(separator: "\n") where !line.hasPrefix("#EXT-X-PRELOAD-HINT") {
            if line.hasPrefix("#EXT-X-BYTERANGE:") {
                range = octets(line.dropFirst(17))
            } else if !line.hasPrefix("#") {
                found.append(Piece(target: target(line), range: range))
                range = nil
            } else if let start = line.firstRange(of: "URI=\"") {
                let address = line[start.upperBound...].prefix { $0 != "\"" }
                let listed = line.firstRange(of: "BYTERANGE=\"").map {
                    octets(line[$0.upperBound...].prefix { $0 != "\"" })
                }
                found.append(Piece(target: target(address), range: listed))
            }
        }
        return found
    }

    private static func target(_ address: Substring) -> String {
        let up = "../../"
        return address.hasPrefix(up) ? "/" + address.dropFirst(up.count) : "/hls/cam/" + address
    }

    /// `200@1000` as a range's header has it.
    private static func octets(_ text: Substring) -> String {
        let numbers = text.split(separator: "@").compactMap { Int($0) }
        return "bytes=\(numbers[1])-\(numbers[1] + numbers[0] - 1)"
    }

    private static func fetch(_ piece: Piece, from folder: RecordedFolder) async throws -> Answer {
        try await folder.ask(
            .get, piece.target, headers: piece.range.map { [.range: $0] } ?? [:])
    }

    @Test(arguments: [Container.mpegts, .fmp4, .mp4, .webm])
    func `what was ever listed is what it was, when its file has been closed`(
        container: Container
    ) async throws {
        let folder = try await RecordedFolder()
        let growing = try await GrowingRecording("cam", in: folder, container)
        var known: [Piece: [UInt8]] = [:]
        func check() async throws {
            for (piece, octets) in known {
                let answer = try await Self.fetch(piece, from: folder)
                #expect(answer.status == (piece.range == nil ? 200 : 206), "\(piece)")
                #expect(answer.octets == octets, "\(piece)")
            }
        }
        // More parts than are kept one by one of a finished file.
        for _ in 0..<12 {
            try await growing.record(pictures: 25)
            let playlist = try await folder.get("/hls/cam/index.m3u8")
            for piece in Self.pieces(playlist.text) where known[piece] == nil {
                let answer = try await Self.fetch(piece, from: folder)
                #expect(!answer.octets.isEmpty && answer.status < 300, "\(piece)")
                known[piece] = answer.octets
            }
        }
        #expect(known.count > 130, "\(known.count)")
        try await check()
        let before = try await folder.get("/api/v1/recordings/cam/export?from=2&to=6")
        let still = try await folder.get("/api/v1/recordings/cam/thumbnail?at=3")
        await growing.leave()
        try await check()
        let after = try await folder.get("/api/v1/recordings/cam/export?from=2&to=6")
        #expect(after.status == 200 && after.octets == before.octets)
        // Pictures that can be decoded are WebM's alone here.
        let picture = try await folder.get("/api/v1/recordings/cam/thumbnail?at=3")
        #expect(picture.status == still.status && picture.octets == still.octets)
        if container == .webm { #expect([200, 501].contains(picture.status), "\(picture.text)") }
        // As a process that begins now finds the file.
        let later = RecordingEndpoints(folder.recordings)
        for (piece, octets) in known where piece.range == nil {
            let response = await later.respond(
                to: HTTPRequest(method: .get, path: piece.target))
            guard case .bytes(let found) = response.body else {
                Issue.record("\(piece): \(response.status)")
                continue
            }
            #expect(found == octets, "\(piece)")
        }
    }

    @Test func `what was not listed is not there`() async throws {
        let folder = try await RecordedFolder()
        let growing = try await GrowingRecording("cam", in: folder)
        try await growing.record(pictures: 300)
        let file = try #require(try growing.live.snapshot.path?.split(separator: "/").last)
        await growing.leave()
        for piece in ["p1.m4s", "p189.m4s", "s1.m4s", "p99999999999.m4s", "x0.m4s", "p-1.m4s"] {
            #expect(try await folder.get("/hls/cam/\(file)/\(piece)").status == 404, "\(piece)")
        }
    }
}
