import Ciphers
import SDP

// What an offer says of the transport that all its sections are to share.

extension SessionDescription {
    /// Names must be distinct tokens (RFC 5888 §4): the answer's bundle is made of them.
    func checkNames() throws(NegotiationError) {
        var names: Set<String> = []
        for section in media {
            guard let mid = section["mid"] else { continue }
            guard !mid.isEmpty, !mid.contains(where: \.isWhitespace), names.insert(mid).inserted
            else { throw .malformed(.invalid(field: "mid of section \(names.count)", at: 0)) }
        }
    }

    /// The credentials that hold for a section (RFC 8839 §5.4).
    func remoteCredentials(of section: MediaSection) throws(NegotiationError) -> ICECredentials {
        guard let ufrag = value("ice-ufrag", of: section),
            let password = value("ice-pwd", of: section),
            (4...256).contains(ufrag.utf8.count), (22...256).contains(password.utf8.count)
        else { throw .missingICECredentials }
        return ICECredentials(ufrag: ufrag, password: password)
    }

    /// The fingerprints of which the peer's certificate must have one.
    func remoteFingerprints(of section: MediaSection) throws(NegotiationError) -> [Fingerprint] {
        let fingerprints = allValues("fingerprint", of: section)
            .compactMap { Fingerprint(attribute: $0) }
        guard !fingerprints.isEmpty else { throw .missingFingerprint }
        return fingerprints
    }

    /// We let the peer begin whenever it can: the server's order decides on the cipher
    /// (RFC 8842 §5.3).
    func ownRole(towards section: MediaSection) throws(NegotiationError) -> DTLSRole {
        switch value("setup", of: section) {
        case "actpass", "active": return .server
        case "passive": return .client
        case let other: throw .unsupportedSetup(other ?? "none")
        }
    }

    /// A section's values of an attribute, or the session's where the section has none.
    func allValues(_ name: String, of section: MediaSection) -> [String] {
        let own = section.values(name)
        return own.isEmpty ? attributes.filter { $0.name == name }.compactMap(\.value) : own
    }
}
