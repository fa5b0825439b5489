import Testing

@testable import Recording

/// What is known of recordings that have been stopped.
@Suite struct FormerRecordingsTests {
    private static func recording(_ name: String) -> RunningRecording {
        RunningRecording(
            folder: "/r", name: name, disk: VirtualDisk().door, clock: { 0 }, report: { _ in })
    }

    @Test func `beyond the bound the one that was stopped first is forgotten, and no other`() {
        var former = FormerRecordings()
        for number in 0..<FormerRecordings.limit { former.keep(Self.recording("cam\(number)")) }
        former.keep(Self.recording("cam0"))
        #expect(former.snapshot(of: "cam1") != nil, "none has gone yet")
        former.keep(Self.recording("door"))
        #expect(former.snapshot(of: "cam1") == nil)
        for name in ["cam0", "cam2", "cam999", "door"] {
            #expect(former.snapshot(of: name) != nil, "\(name)")
        }
    }
}
