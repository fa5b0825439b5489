public import Wire

/// Why a server's answer to an offer of ours cannot be used.
public enum AnswerError: Error, Hashable, Sendable {
    /// It does not parse.
    case malformed(ParseError)
    /// It does not have a section for each of the offer's.
    case sectionCount(offered: Int, answered: Int)
    /// Every section is rejected.
    case nothingAccepted
    /// A section names a payload type we have not offered.
    case codecNotOffered(String)
    /// `ice-ufrag` or `ice-pwd` is missing or too short.
    case missingICECredentials
    /// `fingerprint` is missing, or of an unknown hash function.
    case missingFingerprint
    /// `setup` is missing or leaves us no part.
    case unsupportedSetup(String)
}

extension AnswerError: CustomStringConvertible {
    /// One sentence for a log line.
    public var description: String {
        switch self {
        case .malformed(let error): "the server's answer does not parse: \(error)"
        case .sectionCount(let offered, let answered):
            "the server answered \(answered) media sections where \(offered) were offered"
        case .nothingAccepted: "the server accepts none of the media offered"
        case .codecNotOffered(let formats):
            "the server answered with payload types that were not offered: \(formats)"
        case .missingICECredentials: "the server's answer has no usable ice-ufrag and ice-pwd"
        case .missingFingerprint: "the server's answer has no usable certificate fingerprint"
        case .unsupportedSetup(let setup):
            "the server's setup attribute cannot be met: \(setup)"
        }
    }
}
