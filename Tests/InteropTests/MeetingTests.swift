import Ciphers
import Testing

/// Real browsers on the page of a real `sfu`: one publishes, one watches.
@Suite(.serialized, .tags(.interop), .enabled(if: Lab.hasPython, "make test makes .venv"))
struct MeetingTests {
    struct Meeting: Decodable {
        let codec: String
        let encoded: Int
        let decoded: Int
        let audioEnergy: Double
        let audioPackets: Int
        let height: Int
        let exit: Int
    }

    struct ScriptedMeeting: Decodable {
        let sent: Int
        let decoded: Int
        let audioFrames: Int
        let loudest: Int
        let exit: Int
    }

    static func check(_ meeting: Meeting, codec: String) {
        #expect(meeting.codec == codec)
        #expect(meeting.encoded > 100, "the publisher's camera hardly ran")
        #expect(Double(meeting.decoded) >= 0.8 * Double(meeting.encoded))
        #expect(meeting.audioEnergy > 0, "silence")
        #expect(meeting.exit == 0)
    }

    @Test(.enabled(if: Lab.has("chromium"), "needs chromium"), arguments: ["H264", "VP8"])
    func `Chromium watches what Chromium publishes`(codec: String) async throws {
        Self.check(try await Lab.script("meet.py", ["--codec", codec]), codec: codec)
    }

    /// Sealed one by one or many at once, under the profile that browsers prefer least and most.
    @Test(
        .enabled(
            if: Lab.isRoot && Lab.has("firefox-esr") && Lab.has("chromium"),
            "needs root, for namespaces, and both browsers"),
        arguments: [
            ("chromium", "batched", "AES_CM_128_HMAC_SHA1_80"),
            ("firefox", "batched", "AES_CM_128_HMAC_SHA1_80"),
            ("chromium", "ipsec-mb", "AEAD_AES_128_GCM"),
            ("firefox", "ipsec-mb", "AEAD_AES_128_GCM"),
            ("firefox", "evp", "AEAD_AES_128_GCM"),
        ].filter { SealingBackend(rawValue: $0.1)?.isAvailable == true })
    func `both browsers open what is sealed, whatever seals it`(
        browser: String, backend: String, profile: String
    ) async throws {
        let arguments = [
            "--publisher", browser, "--viewer", browser, "--codec", "VP8", "--hosts", "one",
            "--server=--srtp-backend=\(backend)", "--server=--srtp-profile=\(profile)",
        ]
        Self.check(try await Lab.script("meet.py", arguments, seconds: 120), codec: "VP8")
    }

    @Test(
        .enabled(
            if: Lab.isRoot && Lab.has("firefox-esr"), "needs root, for namespaces, and Firefox"),
        arguments: ["one", "two"])
    func `Firefox watches what Firefox publishes, on one host and on two`(
        hosts: String
    ) async throws {
        let browsers = ["--publisher", "firefox", "--viewer", "firefox"]
        Self.check(
            try await Lab.script(
                "meet.py", browsers + ["--codec", "VP8", "--hosts", hosts], seconds: 120),
            codec: "VP8")
    }

    @Test(
        .enabled(
            if: Lab.isRoot && Lab.has("firefox-esr") && Lab.has("chromium"),
            "needs root, for namespaces, and both browsers"))
    func `Chromium watches from another host what Firefox publishes`() async throws {
        let arguments = ["--publisher", "firefox", "--codec", "VP8", "--hosts", "two"]
        Self.check(
            try await Lab.script("meet.py", arguments, seconds: 120), codec: "VP8")
    }

    @Test(arguments: ["VP8", "H264"])
    func `aiortc watches what aiortc publishes`(codec: String) async throws {
        let meeting: ScriptedMeeting = try await Lab.script("aiortc_meet.py", ["--codec", codec])
        #expect(meeting.sent > 100)
        #expect(Double(meeting.decoded) >= 0.8 * Double(meeting.sent))
        #expect(meeting.audioFrames > 200 && meeting.loudest > 1000, "silence")
        #expect(meeting.exit == 0)
    }

    struct Loss: Decodable {
        let peersBefore: [String]
        let secondsUntilGone: Double
        let transports: Int
        let exit: Int
    }

    @Test(.enabled(if: Lab.has("chromium"), "needs chromium"))
    func `a browser that is killed is gone within the consent timeout, with all it had`()
        async throws
    {
        let loss: Loss = try await Lab.script("killed.py", [], seconds: 120)
        #expect(loss.peersBefore == ["alice"])
        #expect(loss.secondsUntilGone < 36)
        #expect(loss.transports == 0)
    }
}
