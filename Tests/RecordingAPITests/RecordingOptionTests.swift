import Recording
import Service
import Testing
import Timing

@testable import RecordingAPI

/// How the executables' flags cut recordings, `sfu`'s and `recorder`'s alike.
@Suite struct RecordingOptionTests {
    private static func settings(_ arguments: [String]) throws -> Settings {
        let options = [Option("recordings", .text, "DIR", help: "")]
        let ours = ([Option.container("recording-format")] + Option.cutting + Option.keeping)
        return try Settings(
            options + ours.map { $0.needing("recordings") },
            arguments: ["--recordings", "/r"] + arguments, environment: [:], readFile: { _ in [] })
    }

    private static func options(_ arguments: [String]) throws -> RecordingOptions {
        try settings(arguments).recordingOptions(container: "recording-format")
    }

    @Test func `files are cut by seconds, by octets, and on the clock`() throws {
        let plain = try Self.options([])
        #expect(plain == RecordingOptions(container: .mpegts))
        let cut = try Self.options(
            ["--recording-format", "mp4", "--segment", "60", "--segment-bytes", "1000000"])
        #expect(cut.container == .mp4 && cut.alignment == nil)
        #expect(cut.limits.duration == .seconds(60) && cut.limits.byteCount == 1_000_000)
        let aligned = try Self.options(["--segment", "3600", "--segment-align"])
        #expect(aligned.alignment == .seconds(3600) && aligned.limits.duration == nil)
    }

    @Test func `cutting on the clock needs to know how often`() {
        #expect(throws: SettingsError.lacksCompanion("segment-align", companion: "segment")) {
            try Self.settings(["--segment-align"])
        }
    }

    static let complaints: [(RecordingError, String)] = [
        (.malformedName, "--name \"a b\": A name has "),
        (.unsupportedSource, "--source ftp://h/…: the source must be "),
        (.undescribedRTP, "--source ftp://h/…: RTP does not say what it carries"),
        (.malformedURL("no host"), "--source ftp://h/…: the source's URL cannot be read: no host"),
        (
            .sessionDescription("no track", path: "s.sdp"),
            "--source: the session description s.sdp cannot be used: no track"
        ),
        (.unreadable(path: "s.sdp", reason: "gone"), "--source: cannot read s.sdp: gone"),
        (.system("bind 127.0.0.1:1: address in use"), "bind 127.0.0.1:1: address in use"),
    ]

    @Test(arguments: complaints) func `a mistake of the command line is told with flag and value`(
        error: RecordingError, line: String
    ) {
        let request = RecordingRequest("a b", source: "ftp://me:s3cret@h/live")
        #expect(error.complaint(of: request).hasPrefix(line))
    }
}
