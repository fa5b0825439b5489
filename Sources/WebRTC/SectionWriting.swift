import SDP

// What offers and answers write of a codec and of a track in the same way.

extension NegotiatedCodec {
    /// Writes the codec's lines, and those of its retransmissions.
    func describe(in media: inout MediaSection) {
        let type = payloadType
        let channels = codec.channelCount.map { "/\($0)" } ?? ""
        media.append("rtpmap", "\(type) \(codec.encodingName)/\(codec.clockRate)\(channels)")
        if !parameters.text.isEmpty { media.append("fmtp", "\(type) \(parameters.text)") }
        for value in feedbackValues { media.append("rtcp-fb", "\(type) \(value)") }
        if let retransmission = retransmissionPayloadType {
            media.append("rtpmap", "\(retransmission) rtx/\(codec.clockRate)")
            media.append("fmtp", "\(retransmission) apt=\(type)")
        }
    }
}

extension OutgoingTrack {
    /// Writes the track's names and SSRCs, as far as `codec` has retransmissions.
    func announce(in media: inout MediaSection, _ codec: NegotiatedCodec) {
        media.append("msid", "\(streamID) \(trackID)")
        var ssrcs = [ssrc]
        if codec.retransmissionPayloadType != nil {
            ssrcs.append(retransmissionSSRC)
            media.append("ssrc-group", "FID \(ssrc) \(retransmissionSSRC)")
        }
        for ssrc in ssrcs {
            media.append("ssrc", "\(ssrc) cname:\(streamID)")
            media.append("ssrc", "\(ssrc) msid:\(streamID) \(trackID)")
        }
    }
}
