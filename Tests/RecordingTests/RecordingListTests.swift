import Glibc
import Synchronization
import Testing

@testable import Recording

/// Recordings that are there from the start on.
@Suite(.timeLimit(.minutes(1))) struct RecordingListTests {
    private static func recordings(
        _ told: @escaping @Sendable (String) -> Void = { _ in }
    ) throws -> Recordings {
        try Recordings(
            in: .init("/r", on: ModelDisk()), clock: { 0 },
            report: { name, report in told("\(name): \(report)") })
    }

    private static func states(_ recordings: Recordings) async -> [String] {
        await recordings.active().map { "\($0.name) \($0.progress.state)" }
    }

    private static let absent = "/nowhere/session.sdp"

    @Test func `all of a list are shown before any begins, and one that is stopped begins no more`()
        async throws
    {
        let recordings = try Self.recordings()
        let names = ["c", "a", "b"]
        try await recordings.expect(names.map { RecordingRequest($0, source: Self.absent) })
        #expect(await Self.states(recordings) == ["a connecting", "b connecting", "c connecting"])
        await #expect(throws: RecordingError.alreadyActive) {
            try await recordings.start("a", source: "rtsp://192.0.2.1/live")
        }
        _ = try await recordings.stop("b")
        try await recordings.beginExpected()
        #expect(await Self.states(recordings) == ["a waiting", "c waiting"])
        await recordings.stopAll()
    }

    @Test func `a description that cannot be read yet is waited for, and the reason is told`()
        async throws
    {
        let told = Mutex<[String]>([])
        let recordings = try Self.recordings { line in told.withLock { $0.append(line) } }
        try await recordings.expect([RecordingRequest("cam", source: Self.absent)])
        try await recordings.beginExpected()
        let reason = "cannot read /nowhere/session.sdp: no such file or directory"
        let progress = try #require(await recordings.status("cam")).progress
        #expect(progress.condition == .waiting && progress.lastFailure == reason)
        #expect(progress.source.expectedSince != nil, "it is missed")
        #expect(told.withLock { $0 } == ["cam: \(RecordingReport.trouble(reason))"])
        await recordings.stopAll()
        #expect(await recordings.active().isEmpty)
    }

    @Test(arguments: [
        ("a b", "rtsp://192.0.2.1/live", RecordingError.malformedName),
        ("b", "ftp://192.0.2.1/live", .unsupportedSource),
        ("b", "http:///live", .malformedURL("no server is named")),
        ("b", "rtsp://a b/live", .malformedURL("the host of the URL is not readable")),
        ("a", "rtsp://192.0.2.1/live", .alreadyActive),
    ])
    func `what can never be is told before anything is opened`(
        name: String, source: String, reason: RecordingError
    ) async throws {
        let recordings = try Self.recordings()
        let requests = [
            RecordingRequest("a", source: Self.absent), RecordingRequest(name, source: source),
        ]
        await #expect(throws: ListedError(number: 2, name: name, reason: reason)) {
            try await recordings.expect(requests)
        }
        await recordings.stopAll()
    }

    @Test func `a description that can be read and says nothing is told at once`() async throws {
        let recordings = try Self.recordings()
        let requests = [("door", Self.absent), ("cam", "file:///dev/null")].map {
            RecordingRequest($0.0, source: $0.1)
        }
        try await recordings.expect(requests)
        do throws(ListedError) {
            try await recordings.beginExpected()
            Issue.record("there is nothing to listen to")
        } catch {
            #expect(error.name == "cam" && error.reason.isOfRequest, "\(error)")
            #expect(
                error.description.hasPrefix(
                    "camera 2 of the list, \"cam\": the session description /dev/null cannot be used: "
                ))
        }
        await recordings.stopAll()
    }

    @Test func `what is known is begun again by its name, and waited for as it was at first`()
        async throws
    {
        let recordings = try Self.recordings()
        await recordings.know([RecordingRequest("cam", source: Self.absent)])
        let known = try #require(await recordings.known("cam"))
        #expect(await recordings.known("door") == nil)
        try await recordings.start(known)
        #expect(await Self.states(recordings) == ["cam waiting"])
        await #expect(throws: RecordingError.alreadyActive) { try await recordings.start(known) }
        await #expect(throws: RecordingError.self, "nobody said that it is to be waited for") {
            try await recordings.start("door", source: Self.absent)
        }
        await recordings.stopAll()
    }
}
