import Ciphers
import Codecs
import SDP
import Timing
import WebRTC
import Wire

/// Reads the input as a server's answer to two offers of ours. What is accepted can be used: a
/// section is one that was offered, in order and once, candidates stand once each, and a client
/// begins with it, whose deadlines lie ahead.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzAnswer(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let text = String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
    guard let answer = try? SessionDescription(parsing: text) else { return 0 }
    let local = LocalDescription(
        ice: ICECredentials(ufrag: "localfrag", password: "localpasswordlocalpassword"),
        fingerprint: "sha-256 00", candidates: [Endpoint(ipv4: 0xC000_0201, port: 40_000)],
        sessionID: 1)
    let tracks = [opus, h264].enumerated().map {
        OutgoingTrack(
            codec: $1, ssrc: UInt32($0 + 1), retransmissionSSRC: UInt32($0 + 11), streamID: "s",
            trackID: "t")
    }
    check(answer, to: Offer(sending: tracks, local: local), sending: tracks)
    check(answer, to: Offer(receiving: [[opus], [h264, vp8]], local: local), sending: nil)
    return 0
}

private func check(
    _ answer: SessionDescription, to offer: Offer, sending tracks: [OutgoingTrack]?
) {
    guard let accepted = try? offer.accept(answer) else { return }
    let sections = accepted.negotiated.sections
    let positions = sections.map { $0.track ?? -1 }
    precondition(!sections.isEmpty && !accepted.negotiated.fingerprints.isEmpty)
    precondition(zip(positions, positions.dropFirst()).allSatisfy { $0 < $1 })
    precondition(positions.allSatisfy(offer.description.media.indices.contains))
    precondition(Set(accepted.candidates).count == accepted.candidates.count)
    for section in sections {
        precondition([111, 96, 98].contains(section.codec.payloadType))
        if let tracks {
            let parameters = section.senderParameters(of: tracks)
            precondition(parameters.payloadType == section.codec.payloadType)
        }
    }
    var agent = ICEAgent(
        local: ICECredentials(ufrag: "localfrag", password: "localpasswordlocalpassword"),
        remote: accepted.negotiated.remoteICE, candidates: accepted.candidates, seed: [1],
        at: Instant(nanoseconds: 0))
    var now = Instant(nanoseconds: 0)
    var datagrams = 0
    while let deadline = agent.nextDeadline {
        now = max(now, deadline)
        agent.advance(to: now)
        if let next = agent.nextDeadline { precondition(next > now, "it would spin") }
        while agent.nextDatagram() != nil { datagrams += 1 }
    }
    precondition(agent.state == .failed, "nobody answered")
    precondition(datagrams <= 16 * 64, "checks are bounded")
}

private let opus = NegotiatedCodec(codec: .opus, payloadType: 111)
private let h264 = NegotiatedCodec(
    codec: .h264, payloadType: 96, retransmissionPayloadType: 97,
    parameters: FormatParameters(
        "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f"),
    feedback: .init(nack: true, pictureLoss: true))
private let vp8 = NegotiatedCodec(codec: .vp8, payloadType: 98)
