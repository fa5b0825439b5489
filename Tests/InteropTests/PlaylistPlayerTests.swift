import Testing

/// Players that are not ours on the recorder's playlists.
@Suite(.serialized, .tags(.interop), .timeLimit(.minutes(4)))
struct PlaylistPlayerTests {
    struct Played: Decodable {
        let pictures: Int
        let error: String
        /// Pictures that came before their time, where it was looked at.
        let backwards: Int?
    }

    struct Found: Decodable {
        let started: Bool
        let container: String
        let growing: [String: Played]
        let ended: [String: Played]
        let held: Int
        let written: Int
    }

    @Test(arguments: ["mpegts", "fmp4", "mp4"])
    func `ffmpeg and both of GStreamer's demuxers play every picture, growing and ended`(
        format: String
    ) async throws {
        let script = Lab.root + "/Tests/InteropTests/Support/hls_players.py"
        let found: Found = try await Lab.json(
            ["/usr/bin/python3", script, Lab.executable("recorder"), format], seconds: 200)
        #expect(found.started && found.container == format)
        #expect(found.held > 200 && found.held == found.written, "\(found)")
        let players = format == "mpegts" ? 4 : 3  // ffmpeg takes the stream's own octets as well
        #expect(found.growing.count == players && found.ended.count == players)
        for (player, played) in found.growing {
            #expect(played.pictures >= 90 && played.error.isEmpty, "\(player): \(played)")
        }
        for (player, played) in found.ended {
            #expect(played.pictures == found.held && played.error.isEmpty, "\(player): \(played)")
        }
        for played in [found.growing, found.ended].flatMap(\.values) {
            #expect(played.backwards ?? 0 == 0, "\(found)")
        }
    }
}
