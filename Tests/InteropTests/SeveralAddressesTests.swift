import Testing

/// A host of several addresses: media comes from the one that was announced, whatever the route says.
@Suite(
    .serialized, .tags(.interop),
    .enabled(if: Lab.hasPython && Lab.isRoot, "needs .venv, and root for namespaces"),
    .timeLimit(.minutes(3)))
struct SeveralAddressesTests {
    struct Announced: CustomTestStringConvertible {
        let rtc: String
        let address: String
        var testDescription: String { "\(address) of \(rtc)" }
    }

    @Test(arguments: [
        Announced(rtc: "0.0.0.0:0", address: "10.78.0.3"),  // the second of one interface
        Announced(rtc: "0.0.0.0:0", address: "10.79.0.1"),  // another interface's
        Announced(rtc: "[::]:0", address: "10.78.0.3"),
        Announced(rtc: "[::]:0", address: "fd79::1"),
        Announced(rtc: "10.78.0.3:0", address: "10.78.0.3"),
    ])
    func `aiortc publishes and watches through an address that the route would not pick`(
        announced: Announced
    ) async throws {
        let meeting: MeetingTests.ScriptedMeeting = try await Lab.script(
            "aiortc_meet.py",
            ["--seconds", "4", "--rtc", announced.rtc, "--announce", announced.address])
        #expect(meeting.sent > 40)
        #expect(Double(meeting.decoded) >= 0.8 * Double(meeting.sent))
        #expect(meeting.audioFrames > 80 && meeting.loudest > 1000, "silence")
        #expect(meeting.exit == 0)
    }
}
