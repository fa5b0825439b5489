import Codecs
import RTP
import SDP

/// One media section of an offer of ours.
struct OfferedSection: Sendable {
    let codecs: [NegotiatedCodec]  // preferred first, each under a number of its own
    let track: OutgoingTrack?  // what it sends; `nil` where it receives

    /// The section as the offer writes it.
    func media(
        mid: String, _ direction: MediaDirection, local: LocalDescription
    ) -> MediaSection {
        let types = codecs.flatMap {
            [$0.payloadType] + [$0.retransmissionPayloadType].compactMap { $0 }
        }
        var media = MediaSection(
            kind: codecs.first?.codec.kind == .audio ? "audio" : "video", port: 9,
            transportProtocol: "UDP/TLS/RTP/SAVPF", formats: types.map(String.init))
        media.otherLines = ["c=IN IP4 0.0.0.0"]
        media.append("mid", mid)
        media.append("ice-ufrag", local.ice.ufrag)
        media.append("ice-pwd", local.ice.password)
        media.append("fingerprint", local.fingerprint)
        media.append("setup", "actpass")
        media.append(direction.rawValue)
        media.append("rtcp-mux")
        media.append("rtcp-rsize")
        media.append("extmap", "\(Self.midID) \(HeaderExtension.mid.uri)")
        for codec in codecs { codec.describe(in: &media) }
        if let track, let codec = codecs.first { track.announce(in: &media, codec) }
        return media
    }

    /// What the server made of it.
    func accept(_ answer: MediaSection, position: Int) throws(AnswerError) -> NegotiatedSection {
        let formats = answer.payloadFormats
        guard
            let codec = codecs.first(where: { codec in
                formats.contains { $0.payloadType == codec.payloadType }
            }),
            let format = formats.first(where: { $0.payloadType == codec.payloadType }),
            codec.codec == Codec(encodingName: format.encodingName)
        else { throw .codecNotOffered(answer.formats.joined(separator: " ")) }
        var agreed = codec
        agreed.parameters = format.parameters
        agreed.feedback.nack = format.feedback.contains("nack")
        agreed.feedback.pictureLoss = format.feedback.contains("nack pli")
        if !formats.contains(where: { $0.payloadType == codec.retransmissionPayloadType }) {
            agreed.retransmissionPayloadType = nil
        }
        var map = HeaderExtensionMap()
        for mapping in answer.extensionMappings where mapping.id == Self.midID {
            map[.mid] = mapping.uri == HeaderExtension.mid.uri ? mapping.id : 0
        }
        return NegotiatedSection(
            mid: answer.mid.isEmpty ? String(position) : answer.mid, kind: codec.codec.kind,
            codec: agreed, extensionMap: map, remoteSSRCs: answer.ssrcs,
            remoteRetransmissionSSRC: answer.retransmissionGroups
                .first { $0.media == answer.ssrcs.first }?.retransmission,
            acceptsReducedSize: answer["rtcp-rsize"] != nil, track: position)
    }

    private static let midID: UInt8 = 1
}
