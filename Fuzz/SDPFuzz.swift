import Codecs
import SDP
import WebRTC
import Wire

/// Reads the input as an offer and answers it both ways: what is printed must read back the same,
/// and an answer has a section for each the offer has.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzSDP(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let text = String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
    guard let offer = try? SessionDescription(parsing: text) else { return 0 }
    for section in offer.media {
        _ = (section.payloadFormats, section.extensionMappings, section.retransmissionGroups)
    }
    let local = LocalDescription(
        ice: ICECredentials(ufrag: "localfrag", password: "localpasswordlocalpassword"),
        fingerprint: "sha-256 00", candidates: [Endpoint(ipv4: 0xC000_0201, port: 40_000)],
        sessionID: 1)
    let tracks = Codec.allCases.enumerated().map { index, codec in
        OutgoingTrack(
            codec: NegotiatedCodec(codec: codec, payloadType: 96), ssrc: UInt32(index * 2),
            retransmissionSSRC: UInt32(index * 2 + 1), streamID: "s", trackID: "t")
    }
    let answerer = Answerer(offer: offer, local: local)
    check(try? answerer.receiving().0, of: offer)
    check(try? answerer.sending(tracks).0, of: offer)
    return 0
}

private func check(_ answer: SessionDescription?, of offer: SessionDescription) {
    guard let answer else { return }
    precondition(answer.media.count == offer.media.count)
    let printed = answer.description
    if let again = try? SessionDescription(parsing: printed) {
        precondition(again.description == printed)
    }
}
