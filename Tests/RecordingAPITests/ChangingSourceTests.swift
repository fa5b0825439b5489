import Codecs
import Muxer
import Testing
import Timing

@testable import RecordingAPI

/// Recordings in several files between which the source has changed.
@Suite struct ChangingSourceTests {
    /// How long each fragment says that its samples last, in ticks of 90 kHz, where all last the same.
    private static func durations(_ octets: [UInt8]) -> [Int?] {
        let kind = Array("tfhd".utf8)
        func number(_ place: Int) -> Int {
            octets[place..<place + 4].reduce(0) { $0 << 8 | Int($1) }
        }
        return octets.indices.dropLast(20).filter { Array(octets[$0..<$0 + 4]) == kind }
            .map { number($0 + 4) & 8 == 0 ? nil : number($0 + 12) }
    }

    @Test(arguments: [Container.fmp4, .mp4])
    func `movies of two frame rates come as one, each at its own`(container: Container) async throws
    {
        let folder = try await RecordedFolder()
        try folder.record("cam_20260101_000000.mp4", container)
        try folder.record("cam_20260101_000010.mp4", container, from: 700, step: 40)
        for target in ["download", "export?from=0&to=4"] {
            let answer = try await folder.get("/api/v1/recordings/cam/" + target)
            let found = Self.durations(answer.octets)
            #expect(Set(found) == [9000, 3600], "\(target)")
            #expect(found.first == 9000 && found.last == 3600)
        }
    }

    /// Another size than `RecordedFolder.sps` has.
    private static let other: [UInt8] = [
        0x67, 0x4D, 0x40, 0x16, 0xEC, 0xA0, 0x50, 0x17, 0xFC, 0xB8, 0x08, 0x80, 0x00, 0x00, 0x03,
        0x00, 0x80, 0x00, 0x00, 0x0F, 0x07, 0x8B, 0x16, 0xCB,
    ]

    @Test func `pictures of two sizes are exported size by size, and not as one`() async throws {
        let folder = try await RecordedFolder()
        try folder.record("cam_20260101_000000.ts", .mpegts)
        let format = TrackFormat.h264(
            parameterSets: [Self.other, [0x68, 0xCE, 0x3C, 0x80]], framing: .lengths(octets: 4))
        try folder.record("cam_20260101_000003.ts", .mpegts, format, from: 8)
        for (range, status) in [("from=0&to=2", 200), ("from=3&to=6", 200), ("from=0&to=6", 409)] {
            let answer = try await folder.get("/api/v1/recordings/cam/export?" + range)
            #expect(answer.status == status, "\(range): \(answer.text.prefix(200))")
        }
        let joined = try await folder.get("/api/v1/recordings/cam/download")
        #expect(joined.status == 200 && joined.headers["content-type"] == "video/mp2t")
    }
}
