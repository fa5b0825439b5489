import Codecs
import Foundation
import SDP
import Testing
import WebRTC
import Wire

/// A client's offer.
///
/// Those of Chromium, Firefox and aiortc were captured from the client. Those of Safari, OBS, ffmpeg
/// and GStreamer were written by hand after what these are known to send, and await a capture.
struct Fixture: CustomTestStringConvertible, Sendable {
    let name: String

    init(_ name: String) { self.name = name }

    var testDescription: String { name }

    /// The offer's text, unchanged.
    func text() throws -> String {
        let url = try #require(
            Bundle.module.url(
                forResource: name, withExtension: "sdp", subdirectory: "Fixtures"))
        return try String(contentsOf: url, encoding: .utf8)
    }

    /// The offer as the room reads it.
    func offer() throws -> SessionDescription { try SessionDescription(parsing: text()) }

    /// An answerer for the offer.
    func answerer() throws -> Answerer { Answerer(offer: try offer(), local: .example) }

    /// Offers to send to us.
    static let publishing = [
        "aiortc-1.16-publish", "chromium-156-publish", "chromium-156-simulcast", "ffmpeg-8-publish",
        "firefox-153-publish", "gstreamer-1.22-publish", "obs-31-publish", "safari-18-publish",
    ].map(Fixture.init)

    /// Offers to receive from us.
    static let watching = [
        "aiortc-1.16-watch", "chromium-156-watch", "firefox-153-watch",
    ].map(Fixture.init)

    /// All of them.
    static let all = publishing + watching
}

extension LocalDescription {
    /// Our side, always the same.
    static let example = LocalDescription(
        ice: ICECredentials(ufrag: "localfrag", password: "localpasswordlocalpassword"),
        fingerprint: "sha-256 " + Array(repeating: "AB", count: 32).joined(separator: ":"),
        candidates: [
            Endpoint(ipv4: 0xC000_0201, port: 40_000), Endpoint(ipv4: 0x7F00_0001, port: 40_000),
        ], sessionID: 4711)
}

extension OutgoingTrack {
    /// A producer's track, by codec.
    static func example(
        _ codec: Codec, ssrc: UInt32 = 1000, parameters: String = ""
    ) -> OutgoingTrack {
        OutgoingTrack(
            codec: NegotiatedCodec(
                codec: codec, payloadType: 1, parameters: FormatParameters(parameters)),
            ssrc: ssrc, retransmissionSSRC: ssrc + 1, streamID: "stream", trackID: "track\(ssrc)")
    }
}
