import Testing
import Timing
import Web

@testable import Recording
@testable import RecordingAPI

/// How a recording fares that runs, as lists, statuses and `/health` say it.
@Suite(.timeLimit(.minutes(1))) struct ConditionTests {
    struct Row: CustomTestStringConvertible, Sendable {
        let condition: String
        var isRecording = false
        var health = "degraded"
        var reason: String?
        let set: @Sendable (inout RecordingProgress.Snapshot) -> Void
        var testDescription: String { condition + (reason.map { ", \($0)" } ?? "") }
    }

    static let rows = [
        Row(condition: "connecting", health: "ok") { _ in },
        Row(condition: "connecting", reason: "it is off") { $0.lastFailure = "it is off" },
        Row(condition: "waiting", health: "ok", reason: "nobody sends") {
            ($0.state, $0.lastFailure, $0.source.expectedSince) = (.waiting, "nobody sends", nil)
        },
        Row(condition: "recording", isRecording: true, health: "ok") { $0.state = .recording },
        Row(condition: "degraded", isRecording: true) {
            ($0.state, $0.disk.intake) = (.recording, .keyframes)
        },
        Row(condition: "no_space", reason: "the disk is full") {
            ($0.state, $0.disk.intake, $0.lastFailure) = (.recording, .nothing, "the disk is full")
        },
        Row(condition: "stalled", reason: "nothing comes from the source") {
            ($0.state, $0.source.isStalled) = (.recording, true)
        },
        Row(condition: "waiting", reason: "it is away") {
            ($0.state, $0.lastFailure) = (.waiting, "it is away")
        },
        Row(condition: "stopping", health: "ok") {
            ($0.state, $0.isStopping) = (.recording, true)
        },
        Row(condition: "stopped", reason: "no container holds it") {
            ($0.state, $0.lastFailure) = (.stopped, "no container holds it")
        },
    ]

    struct Listed: Decodable {
        struct One: Decodable {
            let condition: String?
            let reason: String?
            let is_active: Bool
        }
        let recordings: [One]
    }
    struct Status: Decodable {
        let state: String
        let is_recording: Bool
    }
    struct Health: Decodable {
        let status: String
        let recordings: [String: String]
        let reasons: [String: String]
    }

    @Test(arguments: rows)
    func `each condition is told by its name, and only what is written is recording`(
        row: Row
    ) async throws {
        let folder = try await RecordedFolder()
        try folder.record("cam_20260101_000000.ts", .mpegts)
        let order = await folder.recordings.order("cam", "rtsp://192.0.2.1/live")
        await folder.recordings.add(order, RunningSource {})
        let running = try #require(await folder.recordings.entries["cam"]).recording
        running.progress.update(row.set)

        let list = try await folder.get("/api/v1/recordings")
        let one = try #require(try decodeJSON(Listed.self, from: list.octets).recordings.first)
        #expect(one.condition == row.condition && one.reason == row.reason, "\(list.text)")
        #expect(one.is_active, "a stop ends it, and nothing else")
        let answer = try await folder.get("/api/recording/status/cam")
        let status = try decodeJSON(Status.self, from: answer.octets)
        #expect(status.state == row.condition && status.is_recording == row.isRecording)
        let health = try await folder.get("/health")
        let body = try decodeJSON(Health.self, from: health.octets)
        #expect(health.status == 200 && body.status == row.health, "\(health.text)")
        #expect(body.recordings["cam"] == row.condition && body.reasons["cam"] == row.reason)
    }

    @Test func `what lies in the folder alone has no condition, and hurts no health`() async throws
    {
        let folder = try await RecordedFolder()
        try folder.record("cam_20260101_000000.ts", .mpegts)
        let list = try await folder.get("/api/v1/recordings")
        let one = try #require(try decodeJSON(Listed.self, from: list.octets).recordings.first)
        #expect(one.condition == nil && one.reason == nil && !one.is_active)
        #expect(list.text.contains("\"condition\":null"), "it is there, and nothing")
        let health = try decodeJSON(Health.self, from: try await folder.get("/health").octets)
        #expect(health.status == "ok" && health.recordings.isEmpty)
    }
}
