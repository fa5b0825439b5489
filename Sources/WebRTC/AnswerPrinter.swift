import Ciphers
import Codecs
import RTP
import SDP

/// Writes down what was agreed, section by section in the offer's order.
struct AnswerPrinter {
    let offer: SessionDescription
    let local: LocalDescription
    let role: DTLSRole

    func answer(
        _ sections: [NegotiatedSection?], direction: MediaDirection, tracks: [OutgoingTrack]
    ) -> SessionDescription {
        var answer = SessionDescription(sessionID: local.sessionID)
        answer.append("ice-lite")
        let mids = sections.compactMap { $0?.mid }
        if let bundle = offer.bundle, mids.allSatisfy(bundle.contains) {
            answer.append("group", (["BUNDLE"] + mids).joined(separator: " "))
        }
        answer.append("msid-semantic", " WMS *")
        var carriesTransport = true  // the first accepted section speaks for the bundle
        for (offered, section) in zip(offer.media, sections) {
            guard let section else {
                answer.media.append(rejected(offered))
                continue
            }
            var media = accepted(section, direction, offered, carriesTransport: carriesTransport)
            if let track = section.track { tracks[track].announce(in: &media, section.codec) }
            answer.media.append(media)
            carriesTransport = false
        }
        return answer
    }

    private func rejected(_ offered: MediaSection) -> MediaSection {
        var media = MediaSection(
            kind: offered.kind, port: 0, transportProtocol: offered.transportProtocol,
            formats: Array(offered.formats.prefix(1)))
        media.otherLines = ["c=IN IP4 0.0.0.0"]  // Firefox refuses an answer without
        if offered["mid"] != nil { media.append("mid", offered.mid) }
        media.append("inactive")
        return media
    }

    private func accepted(
        _ section: NegotiatedSection, _ direction: MediaDirection, _ offered: MediaSection,
        carriesTransport: Bool
    ) -> MediaSection {
        let codec = section.codec
        let formats = [codec.payloadType] + (codec.retransmissionPayloadType.map { [$0] } ?? [])
        var media = MediaSection(
            kind: offered.kind, port: 9, transportProtocol: offered.transportProtocol,
            formats: formats.map(String.init))
        media.otherLines = ["c=IN IP4 0.0.0.0"]
        if offered["mid"] != nil { media.append("mid", section.mid) }
        media.append("ice-ufrag", local.ice.ufrag)
        media.append("ice-pwd", local.ice.password)
        media.append("fingerprint", local.fingerprint)
        media.append("setup", role == .server ? "passive" : "active")
        media.append(direction.rawValue)
        media.append("rtcp-mux")
        if section.acceptsReducedSize { media.append("rtcp-rsize") }
        for name in section.extensionMap.names {
            media.append("extmap", "\(section.extensionMap[name]) \(name.uri)")
        }
        codec.describe(in: &media)
        if carriesTransport {
            for line in local.candidateLines { media.append("candidate", line) }
            media.append("end-of-candidates")
        }
        return media
    }
}
