import WebRTC

/// What a simulated browser offers: one audio and one video section, in one bundle.
struct ClientOffer {
    let part: ClientPeer.Part
    let ice: ICECredentials
    let publication: Publication

    var text: String {
        let direction = part == .publishes ? "sendonly" : "recvonly"
        var lines = [
            "v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=-", "t=0 0", "a=group:BUNDLE 0 1",
            "m=audio 9 UDP/TLS/RTP/SAVPF 111",
        ]
        lines += transport(mid: "0", direction) + ["a=rtpmap:111 opus/48000/2"]
        if part == .publishes { lines.append("a=ssrc:\(publication.audioSSRC) cname:sim") }
        lines.append("m=video 9 UDP/TLS/RTP/SAVPF 96 97")
        lines += transport(mid: "1", direction)
        lines += [
            "a=rtpmap:96 \(publication.video.rtpmap)", "a=rtcp-fb:96 nack", "a=rtcp-fb:96 nack pli",
            "a=rtpmap:97 rtx/90000", "a=fmtp:97 apt=96",
        ]
        if let parameters = publication.video.formatParameters {
            lines.append("a=fmtp:96 \(parameters)")
        }
        if part == .publishes {
            lines += [
                "a=ssrc-group:FID \(publication.videoSSRC) \(publication.retransmissionSSRC)",
                "a=ssrc:\(publication.videoSSRC) cname:sim",
                "a=ssrc:\(publication.retransmissionSSRC) cname:sim",
            ]
        }
        return lines.map { $0 + "\r\n" }.joined()
    }

    private func transport(mid: String, _ direction: String) -> [String] {
        let digest = Array(repeating: "AB", count: 32).joined(separator: ":")
        return [
            "c=IN IP4 0.0.0.0", "a=mid:\(mid)", "a=ice-ufrag:\(ice.ufrag)",
            "a=ice-pwd:\(ice.password)", "a=fingerprint:sha-256 \(digest)", "a=setup:actpass",
            "a=\(direction)", "a=rtcp-mux", "a=rtcp-rsize",
        ]
    }
}
