import SDP

/// SSRCs for all that one session is sent, none of them twice.
///
/// They must be unique within an RTP session (RFC 3550 §8), and each transport is one: its sections are
/// bundled (RFC 9143 §9.1), its keys and reports are its own, and what came in under one SSRC leaves
/// under another. So a number is held against those of its transport alone, ours and what the peer's
/// offer names: two viewers' may be the same and never meet. Drawing one is O(1), however many
/// watch.
struct SessionSSRCs {
    private var taken: Set<UInt32> = []

    /// Those that a peer's offer leaves us.
    init(besides offer: SessionDescription) {
        for section in offer.media {
            taken.formUnion(section.ssrcs)
            taken.formUnion(section.retransmissionGroups.map(\.retransmission))
        }
    }

    /// One more: never zero, which stands for none in feedback.
    mutating func next(using random: inout some RandomNumberGenerator) -> UInt32 {
        while true {
            let ssrc = UInt32(truncatingIfNeeded: random.next()) | 1
            if taken.insert(ssrc).inserted { return ssrc }
        }
    }
}
