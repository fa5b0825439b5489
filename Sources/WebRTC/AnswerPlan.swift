import SDP

/// What becomes of each section of an offer, in its order.
struct AnswerPlan {
    private var sections: [NegotiatedSection?] = []  // `nil` means rejected
    private var refusal: NegotiationError?

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

    /// The sections that one transport carries, and the position of the first of them.
    func bundled(
        as offer: SessionDescription
    ) throws(NegotiationError) -> (sections: [NegotiatedSection?], first: Int) {
        var sections = sections
        guard let first = sections.firstIndex(where: { $0 != nil }) else {
            throw refusal ?? .noMedia
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
        return (sections, first)
    }
}
