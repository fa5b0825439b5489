import Testing
import Web

@testable import Recording

/// Times that a recording does not have.
@Suite struct BeyondEndTests {
    @Test func `a time behind the end is answered with how long it is`() async throws {
        let folder = try await RecordedFolder()
        try folder.record(
            "cam_20260101_000000.webm", .webm, .vp8(nil), seconds: 6, key: RecordedFolder.vp8)
        try folder.record(
            "cam_20260101_000010.webm", .webm, .vp8(nil), seconds: 3, key: RecordedFolder.vp8)
        for call in ["thumbnail?at=9.5", "export?from=9.5", "export?from=9.5&to=12"] {
            let answer = try await folder.get("/api/v1/recordings/cam/" + call)
            #expect(answer.status == 404, "\(call)")
            #expect(answer.detail == "cam is 9.0 s long: there is nothing at 9.5 s", "\(call)")
        }
        let file = "&file=cam_20260101_000010.webm"
        let answer = try await folder.get("/api/v1/recordings/cam/thumbnail?at=5" + file)
        #expect(answer.status == 404 && answer.detail.contains("is 3.0 s long"))
        for at in ["0", "6", "8.9", "9"] {
            let picture = try await folder.get("/api/v1/recordings/cam/thumbnail?at=" + at)
            #expect([200, 501].contains(picture.status), "\(at)")  // 501: there is no decoder here
        }
    }

    @Test func `of one that grows it is said that this is by now`() async throws {
        let folder = try await RecordedFolder()
        let growing = try await GrowingRecording("cam", in: folder)
        try await growing.record(pictures: 31)
        for call in ["thumbnail?at=60", "export?from=60", "export?from=60&to=90"] {
            let answer = try await folder.get("/api/v1/recordings/cam/" + call)
            #expect(answer.status == 404, "\(call)")
            #expect(
                answer.detail.wholeMatch(
                    of: /cam is [23]\.[0-9] s long by now: there is nothing at 60\.0 s/) != nil,
                "\(answer.detail)")
        }
        await growing.leave()
    }
}
