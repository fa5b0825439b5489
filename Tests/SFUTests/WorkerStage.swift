import Ciphers
import RTP
import SDP
import Testing
import Timing
import WebRTC
import Wire

@testable import SFU

/// A worker to which a publisher has connected.
enum WorkerStage {
    static let offer = Self.offer(extension: 3, .transportWideCC)

    /// VP8 in a section "0", with one header extension.
    static func offer(extension number: Int, _ name: HeaderExtension) -> String {
        """
        v=0
        o=- 1 1 IN IP4 127.0.0.1
        s=-
        t=0 0
        m=video 9 UDP/TLS/RTP/SAVPF 96
        a=mid:0
        a=rtcp-mux
        a=setup:actpass
        a=ice-ufrag:abcd
        a=ice-pwd:abcdefghijklmnopqrstuvwx
        a=fingerprint:sha-256 \(Array(repeating: "AB", count: 32).joined(separator: ":"))
        a=extmap:\(number) \(name.uri)
        a=rtpmap:96 VP8/90000
        """
    }

    static let address = Endpoint(ipv4: 0xC633_6401, port: 5000)
    static let start = Instant(nanoseconds: 1_000_000_000)

    static func worker() -> Worker {
        Worker(
            WorkerConfiguration(
                candidates: [Endpoint(ipv4: 1, port: 1)], security: .keyed(secret: [1]),
                clock: ClockMap(instant: Instant(nanoseconds: 0), unixNanoseconds: 0), seed: [5]))
    }

    /// Lets a publisher connect.
    ///
    /// - Returns: What it seals with.
    static func connect(to worker: inout Worker) throws -> SealingKey {
        let answer = try worker.publish(
            SessionDescription(parsing: offer), room: "r", peer: "p", at: start)
        let section = try #require(answer.description.media.first)
        let remote = ICECredentials(
            ufrag: try #require(section["ice-ufrag"]), password: try #require(section["ice-pwd"]))
        var check = ICEConnectivityCheck(
            local: ICECredentials(ufrag: "abcd", password: "abcdefghijklmnopqrstuvwx"),
            remote: remote, random: SeededRandom(seed: [1]))
        let request = check.request()
        worker.receive(request.span.bytes, from: address, at: start)
        worker.advance(to: start)
        return try SRTPKeyingMaterial(
            profile: .aeadAES128GCM, secret: [1], session: remote.ufrag
        ).sealingKey(of: .client)
    }
}
