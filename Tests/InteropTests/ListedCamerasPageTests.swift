import Testing

/// Cameras of a recorder's list on its page, once they have been stopped.
@Suite(
    .serialized, .tags(.interop), .timeLimit(.minutes(5)),
    .enabled(if: Lab.hasPython && Lab.has("chromium"), "make test makes .venv"))
struct ListedCamerasPageTests {
    struct Health: Decodable {
        let status: String
        let recordings: [String: String]
    }

    struct Camera: Decodable {
        let buttons: [String]
        let started: [String]
        let files: Int?
    }

    struct Found: Decodable {
        /// Badge and figures of each.
        let stopped: [String: [String]]
        let health: Health
        let gate: Camera
        let door: Camera
        let now: Health
    }

    @Test func `what was stopped stays in the list, and its page starts it again`() async throws {
        let found: Found = try await Lab.script(
            "listed_cameras_page.py", [Lab.executable("recorder")], seconds: 200)
        #expect(found.stopped["gate"] == ["Stopped", "Nothing of it is kept"])
        #expect(found.stopped["door"]?.first == "Stopped")
        #expect(found.health.recordings == ["door": "stopped", "gate": "stopped"])
        #expect(found.health.status == "ok", "somebody wanted it so")
        #expect(found.gate.buttons == ["Start"], "there is nothing to delete")
        #expect(found.door.buttons == ["Start", "Delete"] && found.door.files == 1)
        #expect(found.gate.started == ["Stop"] && found.door.started == ["Stop"])
        #expect(found.now.recordings["door"] == "recording")
        let gate = found.now.recordings["gate"] ?? "none"
        #expect(["connecting", "waiting"].contains(gate), "\(gate)")
    }
}
