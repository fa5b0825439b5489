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
        var plan = Plan()
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
        var plan = Plan()
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
    /// What becomes of each section, in the offer's order; `nil` means rejected.
    private struct Plan {
        var sections: [NegotiatedSection?] = []
        var refusal: NegotiationError?

        mutating func reject() { sections.append(nil) }

        mutating func accept(_ section: NegotiatedSection) { sections.append(section) }

        /// Rejects a section for want of a codec; the first such says why, if nothing is left.
        mutating func refuse(_ section: MediaSection) {
            let names = section.payloadFormats.map(\.encodingName)
            let distinct = names.enumerated().filter { names.firstIndex(of: $1) == $0 }.map(\.1)
            refusal =
                refusal ?? .noCommonCodec(kind: section.kind, offered: Array(distinct.prefix(16)))
            reject()
        }
    }

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
        _ plan: Plan, direction: MediaDirection, tracks: [OutgoingTrack] = []
    ) throws(NegotiationError) -> (SessionDescription, Negotiated) {
        var sections = plan.sections
        guard let first = sections.firstIndex(where: { $0 != nil }) else {
            throw plan.refusal ?? .noMedia
        }
        // What is not in the first one's bundle would need a transport of its own
        // (RFC 9143 §7.3.3).
        var bundle = offer.bundle ?? []
        if !bundle.contains(offer.media[first].mid) { bundle = [] }
        for index in sections.indices where index != first {
            if let mid = sections[index]?.mid, !bundle.contains(mid) {
                sections[index] = nil
            }
        }
        try checkNames()
        let negotiated = Negotiated(
            remoteICE: try remoteCredentials(of: offer.media[first]),
            fingerprints: try remoteFingerprints(of: offer.media[first]),
            role: try role(for: offer.media[first]), sections: sections.compactMap { $0 })
        let printer = AnswerPrinter(offer: offer, local: local, role: negotiated.role)
        return (printer.answer(sections, direction: direction, tracks: tracks), negotiated)
    }

    /// Names must be distinct tokens (RFC 5888 §4): the answer's bundle is made of them.
    private func checkNames() throws(NegotiationError) {
        var names: Set<String> = []
        for section in offer.media {
            guard let mid = section["mid"] else { continue }
            guard !mid.isEmpty, !mid.contains(where: \.isWhitespace), names.insert(mid).inserted
            else { throw .malformed(.invalid(field: "mid of section \(names.count)", at: 0)) }
        }
    }

    private func remoteCredentials(
        of section: MediaSection
    ) throws(NegotiationError) -> ICECredentials {
        guard let ufrag = offer.value("ice-ufrag", of: section),
            let password = offer.value("ice-pwd", of: section),
            (4...256).contains(ufrag.utf8.count), (22...256).contains(password.utf8.count)
        else { throw .missingICECredentials }
        return ICECredentials(ufrag: ufrag, password: password)
    }

    private func remoteFingerprints(
        of section: MediaSection
    ) throws(NegotiationError) -> [Fingerprint] {
        var values = section.values("fingerprint")
        if values.isEmpty {
            values = offer.attributes.filter { $0.name == "fingerprint" }.compactMap(\.value)
        }
        let fingerprints = values.compactMap { Fingerprint(attribute: $0) }
        guard !fingerprints.isEmpty else { throw .missingFingerprint }
        return fingerprints
    }

    /// We let the peer begin whenever it can: the server's order decides on the cipher
    /// (RFC 8842 §5.3).
    private func role(for section: MediaSection) throws(NegotiationError) -> DTLSRole {
        switch offer.value("setup", of: section) {
        case "actpass", "active": return .server
        case "passive": return .client
        case let other: throw .unsupportedSetup(other ?? "none")
        }
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
