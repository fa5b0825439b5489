public import RTP

extension NegotiatedSection {
    /// How a track of an offer is named on the wire, by what was agreed on.
    ///
    /// - Parameter tracks: The offer's; this section's `track` is a position among them.
    public func senderParameters(of tracks: [OutgoingTrack]) -> RTPSender.Parameters {
        let track = tracks[track ?? 0]
        var parameters = RTPSender.Parameters(
            ssrc: track.ssrc, payloadType: codec.payloadType, clockRate: codec.codec.clockRate)
        parameters.retransmission = codec.retransmissionPayloadType.map {
            .init(ssrc: track.retransmissionSSRC, payloadType: $0)
        }
        let id = extensionMap[.mid]
        parameters.mid = id == 0 ? nil : .init(id: id, name: mid)
        return parameters
    }
}
