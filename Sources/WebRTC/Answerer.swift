import Ciphers
import Codecs
import RTP
public import SDP

/// Answers an offer (RFC 3264, RFC 9429): one codec a section, all sections on one transport.
///
/// Two uses: `receiving` for a peer that sends to us (WHIP), `sending` for one that watches (WHEP).
/// Pure: the same offer gives the same answer, and nothing is changed by refusing one.
public struct Answerer: Sendable {
    private let offer: SessionDescription
    private let local: LocalDescription

    /// An answerer for one offer.
    public init(offer: SessionDescription, local: LocalDescription) {
        (self.offer, self.local) = (offer, local)
    }

    /// Accepts the media the peer offers to send: in each section the codec it prefers among ours.
    public func receiving() throws(NegotiationError) -> (SessionDescription, Negotiated) {
        var plan = AnswerPlan()
        for section in offer.media {
            guard let kind = section.mediaKind, section.direction.sends, !section.isRejected else {
                plan.reject()
                continue
            }
            let choices = CodecMatch.choices(in: section).filter { $0.codec.codec.kind == kind }
            guard let choice = choices.first else {
                plan.refuse(section)
                continue
            }
            plan.accept(try agreed(section, choice, on: Self.receivedExtensions, track: nil))
        }
        return try finish(plan, direction: .recvonly)
    }

    /// Offers `tracks` in the sections the peer wants to receive, each to the first that fits.
    public func sending(
        _ tracks: [OutgoingTrack]
    ) throws(NegotiationError) -> (SessionDescription, Negotiated) {
        var plan = AnswerPlan()
        var waiting = Array(tracks.indices)
        for section in offer.media {
            guard let kind = section.mediaKind, section.direction.receives, !section.isRejected
            else {
                plan.reject()
                continue
            }
            let choices = CodecMatch.choices(in: section)
            let candidates = waiting.filter { tracks[$0].codec.codec.kind == kind }
            var match: (position: Int, choice: CodecMatch)?
            for position in candidates where match == nil {
                match = CodecMatch.best(for: tracks[position].codec, among: choices)
                    .map { (position, $0) }
            }
            guard let match else {
                if candidates.isEmpty { plan.reject() } else { plan.refuse(section) }
                continue
            }
            waiting.removeAll { $0 == match.position }
            plan.accept(
                try agreed(section, match.choice, on: Self.sentExtensions, track: match.position))
        }
        return try finish(plan, direction: .sendonly, tracks: tracks)
    }

    private static let receivedExtensions: [HeaderExtension] = [
        .mid, .audioLevel, .transportWideCC, .videoOrientation, .playoutDelay,
        .absoluteCaptureTime,
    ]
    private static let sentExtensions: [HeaderExtension] = [
        .audioLevel, .videoOrientation, .playoutDelay, .absoluteCaptureTime,
    ]
}

// MARK: Deciding

extension Answerer {
    private func agreed(
        _ section: MediaSection, _ choice: CodecMatch, on extensions: [HeaderExtension],
        track: Int?
    ) throws(NegotiationError) -> NegotiatedSection {
        guard section.transportProtocol.contains("TLS/RTP/SAVP") else {
            throw .unsupportedTransport(section.transportProtocol)
        }
        guard section["rtcp-mux"] != nil else { throw .multiplexingRequired(mid: section.mid) }
        var map = HeaderExtensionMap()
        for mapping in section.extensionMappings {
            let flows = track == nil ? mapping.direction.sends : mapping.direction.receives
            guard flows, let name = HeaderExtension(uri: mapping.uri), extensions.contains(name),
                map.name(of: mapping.id) == nil
            else { continue }
            map[name] = mapping.id
        }
        var codec = choice.codec
        if map[.transportWideCC] == 0 || track != nil { codec.feedback.transportWide = false }
        let ssrcs = section.ssrcs
        return NegotiatedSection(
            mid: section.mid, kind: choice.codec.codec.kind, codec: codec, extensionMap: map,
            remoteSSRCs: ssrcs,
            remoteRetransmissionSSRC: section.retransmissionGroups
                .first { $0.media == ssrcs.first }?.retransmission,
            acceptsReducedSize: section["rtcp-rsize"] != nil, track: track)
    }

    private func finish(
        _ plan: AnswerPlan, direction: MediaDirection, tracks: [OutgoingTrack] = []
    ) throws(NegotiationError) -> (SessionDescription, Negotiated) {
        let (sections, first) = try plan.bundled(as: offer)
        try offer.checkNames()
        let peer = offer.media[first]
        let negotiated = Negotiated(
            remoteICE: try offer.remoteCredentials(of: peer),
            fingerprints: try offer.remoteFingerprints(of: peer),
            role: try offer.ownRole(towards: peer), sections: sections.compactMap { $0 })
        let printer = AnswerPrinter(offer: offer, local: local, role: negotiated.role)
        return (printer.answer(sections, direction: direction, tracks: tracks), negotiated)
    }
}

extension MediaSection {
    var mediaKind: MediaKind? {
        switch kind {
        case "audio": .audio
        case "video": .video
        default: nil
        }
    }
}
