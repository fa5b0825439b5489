public import Wire

/// Why an offer cannot be answered.
public enum NegotiationError: Error, Hashable, Sendable {
    /// The description does not parse.
    case malformed(ParseError)
    /// No section could carry media in the direction wanted.
    case noMedia
    /// Sections are there, but none names a codec we carry.
    case noCommonCodec(kind: String, offered: [String])
    /// `ice-ufrag` or `ice-pwd` is missing or out of range.
    case missingICECredentials
    /// `fingerprint` is missing, or of an unknown hash function.
    case missingFingerprint
    /// `setup` is missing or leaves us no part.
    case unsupportedSetup(String)
    /// A section wants RTCP on a port of its own.
    case multiplexingRequired(mid: String)
    /// A section is not RTP over DTLS.
    case unsupportedTransport(String)

    /// Whether the description itself is at fault, rather than what it asks for.
    public var isMalformed: Bool {
        switch self {
        case .malformed, .missingICECredentials, .missingFingerprint, .unsupportedSetup: true
        case .noMedia, .noCommonCodec, .multiplexingRequired, .unsupportedTransport: false
        }
    }
}

extension NegotiationError: CustomStringConvertible {
    /// One sentence for the HTTP answer.
    public var description: String {
        switch self {
        case .malformed(let error): "The session description does not parse: \(error)"
        case .noMedia: "The offer has no audio or video section in the direction this needs"
        case .noCommonCodec(let kind, let offered):
            "None of the offered \(kind) codecs is carried here: \(offered.joined(separator: ", "))"
        case .missingICECredentials: "The offer has no usable ice-ufrag and ice-pwd"
        case .missingFingerprint: "The offer has no usable certificate fingerprint"
        case .unsupportedSetup(let setup): "The offer's setup attribute cannot be met: \(setup)"
        case .multiplexingRequired(let mid): "Section \(mid) must offer rtcp-mux"
        case .unsupportedTransport(let name): "Media over \(name) is not supported"
        }
    }
}
