import Ciphers
import SDP
import SFU
import Timing
import WebRTC
import Wire

/// One peer as far as the worker must see it to be connected: an offer and one connectivity check.
struct Client {
    let number: Int
    let publishes: Bool

    static func address(_ number: Int) -> Endpoint {
        Endpoint(ipv4: 0xC633_0000 + UInt32(number), port: 5000)
    }

    private var ice: ICECredentials {
        ICECredentials(ufrag: "peer\(number)", password: "passwordpasswordpassword")
    }

    /// One section of H.264.
    func offer() throws -> SessionDescription {
        let digest = Array(repeating: "AB", count: 32).joined(separator: ":")
        var lines = [
            "v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=-", "t=0 0", "a=group:BUNDLE 0",
            "m=video 9 UDP/TLS/RTP/SAVPF 96", "c=IN IP4 0.0.0.0", "a=mid:0",
            "a=ice-ufrag:\(ice.ufrag)", "a=ice-pwd:\(ice.password)",
            "a=fingerprint:sha-256 \(digest)", "a=setup:actpass",
            publishes ? "a=sendonly" : "a=recvonly", "a=rtcp-mux", "a=rtcp-rsize",
            "a=rtpmap:96 H264/90000",
            "a=fmtp:96 packetization-mode=1;profile-level-id=42e01f",
            "a=rtcp-fb:96 nack", "a=rtcp-fb:96 nack pli",
        ]
        if publishes { lines.append("a=ssrc:\(Stage.ssrc) cname:stage") }
        return try SessionDescription(parsing: lines.map { $0 + "\r\n" }.joined())
    }

    /// Has the worker validate our address; answers whom the keys are named after, and the SSRC that
    /// we are sent.
    func connect(
        to answer: SessionDescription, of worker: inout Worker, at now: Instant
    ) throws -> (session: String, ssrc: UInt32) {
        guard let section = answer.media.first,
            let ufrag = answer.value("ice-ufrag", of: section),
            let password = answer.value("ice-pwd", of: section)
        else { throw StageError.noCredentials }
        var check = ICEConnectivityCheck(
            local: ice, remote: ICECredentials(ufrag: ufrag, password: password),
            random: SeededRandom(seed: [UInt8(truncatingIfNeeded: number), 7]))
        let request = check.request()
        worker.receive(request.span.bytes, from: Self.address(number), at: now)
        worker.advance(to: now)
        var arena = SendArena(capacity: 4096)
        guard worker.nextTransmit(into: &arena) != nil else { throw StageError.notConnected }
        return (ufrag, section.ssrcs.first ?? Stage.ssrc)
    }

    /// Sealed reports, one for each second of a run: a receiver's without loss, or the sender's own
    /// (RFC 3550 §6.4).
    func reports(seconds: Int, ssrc: UInt32, key: inout SealingKey) -> [[UInt8]] {
        (0..<seconds).map { second in
            var writer = ByteWriter(capacity: 32)
            if publishes {
                writer.write([0x80, 200, 0, 6])
                writer.write(ssrc)
                writer.write(UInt32(3_900_000_000 + second))  // NTP, its fraction 0
                writer.write(UInt32(0))
                writer.write(UInt32(second * 90_000))
                for _ in 0..<2 { writer.write(UInt32(second)) }
            } else {
                writer.write([0x81, 201, 0, 7, 0, 0, 0, 1])
                writer.write(ssrc)
                for _ in 0..<5 { writer.write(UInt32(0)) }
            }
            return key.sealRTCP(writer.bytes)
        }
    }
}
