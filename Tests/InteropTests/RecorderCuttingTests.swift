import Testing

/// The recorder's files as its flags have them cut and kept; ffprobe judges them.
@Suite(
    .serialized, .tags(.interop), .timeLimit(.minutes(4)),
    .enabled(if: Lab.has("ffmpeg"), "make test installs ffmpeg"))
struct RecorderCuttingTests {
    private static func script<Value: Decodable>(
        _ scenario: String, _ format: String
    ) async throws -> Value {
        try await Lab.json(
            [
                "/usr/bin/python3",
                Lab.root + "/Tests/InteropTests/Support/recorder_cutting.py",
                Lab.executable("recorder"), scenario, format,
            ], seconds: 180)
    }

    struct Sized: Decodable {
        let files: Int
        let playing: Int
        let keyframesFirst: Bool
        let consecutive: Bool
        let least: Int
        let most: Int
        let limit: Int
        let bound: Int
        let exit: Int32
    }

    @Test(arguments: ["mpegts", "mp4"])
    func `files end by their octets, at key frames, and no picture is lost between them`(
        format: String
    ) async throws {
        let found: Sized = try await Self.script("octets", format)
        #expect(found.files >= 5 && found.playing == found.files && found.exit == 0, "\(found)")
        #expect(found.keyframesFirst && found.consecutive, "\(found)")
        #expect(found.least >= found.limit && found.most <= found.bound, "\(found)")
    }

    struct Aligned: Decodable {
        let files: Int
        let playing: Int
        let keyframesFirst: Bool
        let consecutive: Bool
        let period: Double
        /// Seconds of each file's beginning, but the first's, behind a multiple.
        let behind: [Double]
        let apart: [Double]
        let exit: Int32
    }

    @Test func `files begin at whole multiples on the clock, with the next key frame`()
        async throws
    {
        let found: Aligned = try await Self.script("clock", "fmp4")
        #expect(found.files >= 4 && found.playing == found.files && found.exit == 0, "\(found)")
        #expect(found.keyframesFirst && found.consecutive, "\(found)")
        // A key frame comes each second.
        #expect(found.behind.allSatisfy { $0 < 1.2 }, "\(found)")
        #expect(found.apart.allSatisfy { abs($0 - found.period) < 1.2 }, "\(found)")
    }

    struct Kept: Decodable {
        let deleted: Int
        let keptOctets: Int
        let oldestGone: Bool
        let files: Int
        let playing: Int
        let first: Int
        let consecutive: Bool
        let exit: Int32
        let othersGone: Bool
        let grewOn: Bool
        let alone: Int
        let alonePlays: Int
        let aloneExit: Int32
    }

    @Test func `the oldest files go first, and never what is being written`() async throws {
        let found: Kept = try await Self.script("keep", "mpegts")
        #expect(found.deleted >= 4 && found.oldestGone && found.exit == 0, "\(found)")
        // What has been written since the limit was last looked at comes on top.
        #expect(found.keptOctets < 4_000_000, "\(found)")
        #expect(found.first > 0 && found.consecutive, "the newest are left, all of them: \(found)")
        #expect(found.files >= 2 && found.playing == found.files, "\(found)")
        #expect(found.othersGone && found.grewOn, "\(found)")
        #expect(found.alone == 1 && found.alonePlays == 1 && found.aloneExit == 0, "\(found)")
    }

    struct Aged: Decodable {
        let gone: Bool
        let deleted: Int
        let young: Int
        let playing: Int
        let exit: Int32
    }

    @Test func `what is older than its hours goes, and nothing younger`() async throws {
        let found: Aged = try await Self.script("age", "mp4")
        #expect(found.gone && found.deleted == 1 && found.young == 1, "\(found)")
        #expect(found.playing == 2 && found.exit == 0, "\(found)")
    }
}
