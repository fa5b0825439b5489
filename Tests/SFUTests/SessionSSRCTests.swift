import Ciphers
import SDP
import Testing
import Timing
import Wire

@testable import SFU

/// Under which SSRCs a session is sent what it is sent.
@Suite struct SessionSSRCTests {
    /// Draws what it was told to, then the last of it for ever.
    private struct Drawn: RandomNumberGenerator {
        var numbers: [UInt64]

        mutating func next() -> UInt64 { numbers.count > 1 ? numbers.removeFirst() : numbers[0] }
    }

    private static func offer(_ kinds: [String], lines: String = "") -> String {
        let head = "v=0\no=- 1 1 IN IP4 127.0.0.1\ns=-\nt=0 0\n"
        let mids = kinds.indices.map(String.init).joined(separator: " ")
        let sections = kinds.enumerated().map { index, kind in
            let codec = kind == "audio" ? "opus/48000/2" : "VP8/90000"
            return """
                m=\(kind) 9 UDP/TLS/RTP/SAVPF 96
                a=mid:\(index)
                a=rtcp-mux
                a=setup:actpass
                a=ice-ufrag:abcd
                a=ice-pwd:abcdefghijklmnopqrstuvwx
                a=fingerprint:sha-256 \(Array(repeating: "AB", count: 32).joined(separator: ":"))
                a=rtpmap:96 \(codec)

                """
        }
        return head + "a=group:BUNDLE \(mids)\n" + sections.joined() + lines
    }

    @Test func `none is the peer's, or has been drawn before`() throws {
        let lines = "a=ssrc:7 cname:c\na=ssrc:9 cname:c\na=ssrc-group:FID 7 9\n"
        var ssrcs = SessionSSRCs(
            besides: try SessionDescription(parsing: Self.offer(["video"], lines: lines)))
        var random = Drawn(numbers: [7, 9, 11, 11, 9, 13, 0, 0, 15])
        let drawn = (0..<4).map { _ in ssrcs.next(using: &random) }
        #expect(drawn == [11, 13, 1, 15])
    }

    @Test
    func `a session's streams and its reports have an SSRC each, other viewers' may be the same`()
        throws
    {
        var worker = Worker(
            WorkerConfiguration(
                candidates: [Endpoint(ipv4: 1, port: 1)], security: .keyed(secret: [1]),
                clock: ClockMap(instant: Instant(nanoseconds: 0), unixNanoseconds: 0), seed: [5]))
        let now = Instant(nanoseconds: 1_000_000_000)
        let offer = try SessionDescription(parsing: Self.offer(["video", "audio"]))
        _ = try worker.publish(offer, room: "r", peer: "p", at: now)
        for viewer in 0..<3 {
            let id = try worker.subscribe(
                offer, room: "r", peer: "v\(viewer)", to: nil, at: now
            ).id
            let handle = try #require(worker.directory.transport(id: id))
            let room = worker.transports[handle].room
            var seen = [worker.transports[handle].reporterSSRC]
            for (ssrc, consumer) in worker.transports[handle].consumers {
                seen.append(ssrc)
                if let again = worker.rooms[room].router.consumers[consumer].retransmission {
                    seen.append(again.ssrc)
                }
            }
            #expect(seen.count >= 3 && Set(seen).count == seen.count)
        }
        worker.checkInvariants()
    }
}
