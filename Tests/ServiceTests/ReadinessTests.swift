import Testing

@testable import Service

@Suite struct ReadinessTests {
    @Test func `takes a path, and a name outside the file system`() {
        #expect(Readiness.path("/run/notify") == Array("/run/notify".utf8))
        #expect(Readiness.path("@notify") == [0] + Array("notify".utf8))
    }

    @Test(arguments: [
        "", "/", "@", "run/notify", "vsock:2:1", "/" + String(repeating: "n", count: 107),
    ])
    func `takes nothing else`(name: String) {
        #expect(Readiness.path(name) == nil)
    }
}
