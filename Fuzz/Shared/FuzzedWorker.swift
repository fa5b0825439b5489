import Ciphers
import SDP
import SFU
import Timing
import WebRTC
import Wire

/// A worker whose few packet slots are soon taken.
func fuzzedWorker(seed: UInt8) -> Worker {
    var configuration = WorkerConfiguration(
        candidates: [Endpoint(ipv4: 0xC000_0201, port: 40_000)],
        security: .keyed(secret: [1, 2, 3]),
        clock: ClockMap(instant: Instant(nanoseconds: 0), unixNanoseconds: 1_700_000_000),
        seed: [seed])
    configuration.packetSlots = 16
    return Worker(configuration)
}

/// Ends a worker's turn: it must come to an end, with its deadline ahead and nothing contradictory.
func drain(_ worker: inout Worker, _ arena: inout SendArena, at now: Instant) {
    worker.advance(to: now)
    if let deadline = worker.nextDeadline { precondition(deadline > now, "it would spin") }
    repeat {
        arena.removeAll()
        while let run = worker.nextTransmit(into: &arena) {
            precondition(run.offset + run.byteCount <= arena.count && run.segmentLength > 0)
        }
    } while !arena.isEmpty
    while worker.nextEvent() != nil {}
    worker.checkInvariants()
}

/// An offer of one track of VP8, whose SSRC it may name.
func fuzzedOffer(ssrc: UInt32? = nil) -> SessionDescription {
    var text = """
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
        a=rtpmap:96 VP8/90000
        """
    if let ssrc { text += "\na=ssrc:\(ssrc) cname:x" }
    guard let offer = try? SessionDescription(parsing: text) else {
        preconditionFailure("the fuzzer's own offer does not parse")
    }
    return offer
}
