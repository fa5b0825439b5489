import Foundation
import Testing

/// The recorder's alerts: each fires and is silent where it should, and reads what there is.
@Suite(
    .serialized, .tags(.interop), .timeLimit(.minutes(2)),
    .enabled(if: Lab.has("promtool"), "needs promtool"))
struct RecorderAlertTests {
    private static let rules = Lab.root + "/Alerts/recorder.rules.yml"
    private static let cases = Lab.root + "/Tests/InteropTests/Support/recorder.rules.test.yml"

    private static func names(_ pattern: Regex<(Substring, Substring)>, in text: String)
        -> Set<String>
    {
        Set(text.matches(of: pattern).map { String($0.1) })
    }

    @Test func `promtool finds every alert firing in one case and silent in another`() async throws
    {
        let (checked, code) = try await run("promtool", ["check", "rules", Self.rules])
        #expect(code == 0, "\(checked)")
        let (tested, result) = try await run("promtool", ["test", "rules", Self.cases])
        #expect(result == 0, "\(tested)")
        let text = try String(contentsOfFile: Self.cases, encoding: .utf8)
        let alerts = Self.names(
            /- alert: (\w+)/, in: try String(contentsOfFile: Self.rules, encoding: .utf8))
        #expect(alerts.count == 19)
        #expect(Self.names(/name: (\w+) fires/, in: text) == alerts)
        #expect(Self.names(/name: (\w+) is silent/, in: text) == alerts)
    }

    @Test func `every series that an alert reads is exported`() async throws {
        let directory = NSTemporaryDirectory() + "sluice-\(UUID().uuidString)"
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let recorder = try DoorProcess(
            Lab.executable("recorder"), ["--output", directory, "--http", "127.0.0.1:0"],
            until: "\"http\":\"port ")
        let port = try recorder.number(after: "\"http\":\"port ")
        let page = try await get("/metrics", port: port).body
        let exported = Self.names(/# TYPE (\w+)/, in: page)
        let rules = try String(contentsOfFile: Self.rules, encoding: .utf8)
        let expressions = rules.split(separator: "\n").filter { !$0.contains("summary:") }
        let read = Self.names(/(recording_\w+)/, in: expressions.joined(separator: "\n"))
        #expect(read.count > 10 && read.isSubset(of: exported), "\(read.subtracting(exported))")
        // That one name is older than Prometheus' custom, and dashboards know it.
        let (output, _) = try await run(
            "sh",
            ["-c", "curl -s http://127.0.0.1:\(port)/metrics | promtool check metrics"])
        let complaints = output.split(separator: "\n")
        #expect(complaints.allSatisfy { $0.hasPrefix("recording_memory_usage_mb ") }, "\(output)")
        #expect(recorder.stop().code == 0)
    }
}
