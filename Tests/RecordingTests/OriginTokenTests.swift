import Testing

@testable import Recording

/// A token goes to the server that it is for, and to whatever a start gives it for.
@Suite struct OriginTokenTests {
    private static func recordings() throws -> Recordings {
        try Recordings(
            in: .init("/r", on: ModelDisk()),
            defaults: RecordingDefaults(bearer: OriginToken("secret", for: "https://sfu.test/a/")),
            clock: { 0 }, report: { _, _ in })
    }

    @Test(arguments: [
        ("https://sfu.test/rooms/demo/whep", true), ("HTTPS://SFU.test:443/x?y=z", true),
        ("http://sfu.test/rooms/demo/whep", false), ("https://sfu.test:8443/whep", false),
        ("https://evil.test/", false), ("https://sfu.test@evil.test/", false),
        ("https://evil.test/https://sfu.test/", false), ("https://sfu.test.evil.test/", false),
        ("https://evil.test?@sfu.test/", false), ("https://evil.test#@sfu.test/", false),
        // libcurl, which connects, reads it so.
        ("https://evil.test\\@sfu.test/", true), ("rtsp://sfu.test/live", false), ("", false),
    ]) func `whoever names another server has it sent nowhere`(
        source: String, isSent: Bool
    ) async throws {
        let recordings = try Self.recordings()
        let order = await recordings.order("cam", source)
        #expect(order.request.bearer == (isSent ? "secret" : nil))
        await recordings.stopAll()
    }

    @Test func `a start's own token is for its source, wherever that is`() async throws {
        let recordings = try Self.recordings()
        for source in ["https://sfu.test/x", "http://other.test/x"] {
            var request = RecordingRequest("cam", source: source)
            request.bearer = "own"
            #expect(await recordings.order(request).request.bearer == "own")
        }
        await recordings.stopAll()
    }

    @Test func `what is no server of HTTP's has no token`() {
        for address in ["rtsp://sfu.test/", "sfu.test", "", "https://"] {
            #expect(OriginToken("secret", for: address) == nil, "\(address)")
        }
    }
}
