import Ciphers
import Codecs
import RTP
public import SDP
public import Wire

/// What a client offers a server over WHIP or WHEP (RFC 9725), and how it takes the answer: all
/// sections on one transport, one direction.
public struct Offer: Sendable {
    /// What to send to the server.
    public internal(set) var description: SessionDescription

    /// The attribute by which a recorder asks that the pictures before its beginning come with their
    /// own times, and not within a tenth of a second; who does not know it passes over it
    /// (RFC 8866 §5.13).
    public static let trueTimes = "x-sluice-true-times"

    /// Asks for true times.
    public mutating func askForTrueTimes() { description.append(Self.trueTimes) }

    private let sections: [OfferedSection]

    /// Offers to send these tracks, a section each.
    public init(sending tracks: [OutgoingTrack], local: LocalDescription) {
        self.init(
            tracks.map { OfferedSection(codecs: [$0.codec], track: $0) }, .sendonly, local: local)
    }

    /// Offers to receive one track for each list of codecs, the preferred first.
    public init(receiving codecs: [[NegotiatedCodec]], local: LocalDescription) {
        self.init(
            codecs.map { OfferedSection(codecs: $0, track: nil) }, .recvonly, local: local)
    }

    private init(
        _ sections: [OfferedSection], _ direction: MediaDirection, local: LocalDescription
    ) {
        self.sections = sections
        var offer = SessionDescription(sessionID: local.sessionID)
        let mids = sections.indices.map(String.init)
        offer.append("group", (["BUNDLE"] + mids).joined(separator: " "))
        offer.append("extmap-allow-mixed")
        offer.append("msid-semantic", " WMS *")
        for (index, section) in sections.enumerated() {
            offer.media.append(section.media(mid: String(index), direction, local: local))
        }
        description = offer
    }

    /// What was agreed, and where to send it.
    public struct Accepted: Sendable {
        /// The server's credentials and the sections it took; `track` is the position in the offer.
        public var negotiated: Negotiated
        /// The server's addresses, most preferred first; none if it expects to check us.
        public var candidates: [Endpoint]
    }

    /// Reads the server's answer.
    public func accept(_ answer: SessionDescription) throws(AnswerError) -> Accepted {
        guard answer.media.count == sections.count else {
            throw .sectionCount(offered: sections.count, answered: answer.media.count)
        }
        var accepted: [NegotiatedSection] = []
        for (index, media) in answer.media.enumerated() where !media.isRejected {
            guard media.direction != .inactive else { continue }
            accepted.append(try sections[index].accept(media, position: index))
        }
        guard let first = accepted.first?.track else { throw .nothingAccepted }
        let transport = answer.media[first]
        guard let ufrag = answer.value("ice-ufrag", of: transport),
            let password = answer.value("ice-pwd", of: transport), !ufrag.isEmpty,
            password.utf8.count >= 22
        else { throw .missingICECredentials }
        let fingerprints = answer.allValues("fingerprint", of: transport)
            .compactMap { Fingerprint(attribute: $0) }
        guard !fingerprints.isEmpty else { throw .missingFingerprint }
        let role: DTLSRole
        switch answer.value("setup", of: transport) {
        case "passive": role = .client
        case "active": role = .server
        case let other: throw .unsupportedSetup(other ?? "none")
        }
        return Accepted(
            negotiated: Negotiated(
                remoteICE: ICECredentials(ufrag: ufrag, password: password),
                fingerprints: fingerprints, role: role, sections: accepted),
            candidates: Self.candidates(in: answer))
    }

    /// Host and other UDP candidates with literal addresses, by falling priority (RFC 8839 §5.1).
    private static func candidates(in answer: SessionDescription) -> [Endpoint] {
        var found: [(priority: UInt32, endpoint: Endpoint)] = []
        let lines = answer.media.flatMap { $0.values("candidate") }
        for line in lines + answer.attributes.filter({ $0.name == "candidate" }).compactMap(\.value)
        {
            let fields = line.split(separator: " ")
            guard fields.count >= 8, fields[1] == "1", fields[2].lowercased() == "udp",
                let priority = UInt32(fields[3]), let port = UInt16(fields[5]), port != 0,
                let endpoint = Endpoint(host: String(fields[4]), port: port),
                !found.contains(where: { $0.endpoint == endpoint })
            else { continue }
            found.append((priority, endpoint))
        }
        return found.sorted { $0.priority > $1.priority }.map(\.endpoint)
    }
}
