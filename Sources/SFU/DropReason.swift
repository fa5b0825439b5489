import Ciphers

/// Why a datagram or packet was not taken further. Closed: each reason is one metric label.
///
/// Dropping is not an error: strangers send garbage, networks duplicate. It is counted, never
/// logged packet by packet.
public enum DropReason: Int, CaseIterable, Sendable {
    /// The first octet belongs to no protocol we speak (RFC 7983).
    case notRecognized
    /// A STUN message that does not parse, or is not a binding request.
    case malformedSTUN
    /// A STUN request for no session of ours.
    case unknownSession
    /// A STUN request whose message integrity is wrong.
    case unauthenticatedSTUN
    /// A session's claim to an address, which gave way: more sessions than may share one have proved
    /// their passwords from there.
    case addressInUse
    /// DTLS, RTP or RTCP from an address no session has validated by ICE.
    case unvalidatedAddress
    /// DTLS when the handshake queue was full, or the session's share of it; the peer will retransmit.
    case handshakeQueueFull
    /// RTP or RTCP before the DTLS handshake gave keys.
    case notKeyed
    /// SRTP or SRTCP too short or otherwise not parsable.
    case malformedSRTP
    /// Seen before, or older than the replay window (RFC 3711 §3.3.2).
    case replayed
    /// The authentication tag is wrong.
    case notAuthentic
    /// One source more than a session may have.
    case tooManySources
    /// Authentic, but not RTP.
    case malformedRTP
    /// Authentic, but not RTCP; what parsed before the fault was used.
    case malformedRTCP
    /// A retransmission that repeats nothing: the sender probes its bandwidth.
    case emptyRetransmission
    /// RTP that belongs to no producer: an unknown SSRC, MID or payload type.
    case unknownStream
    /// A packet the stream has already, by another path.
    case duplicate
    /// A packet older than the stream's retransmission cache reaches.
    case tooLate
    /// All packet slots are taken.
    case slabExhausted
    /// Larger than a packet slot.
    case tooLarge
    /// Not forwarded to a consumer that waits for its first key frame.
    case awaitingKeyframe
    /// Not forwarded to a consumer whose transport is not connected.
    case consumerNotConnected
    /// Not forwarded: older than what the consumer was sent first.
    case beforeStart
    /// Not forwarded: its stream ended while it waited for room to send.
    case streamEnded
    /// Not forwarded: it waited too long for room to send, and live media that comes late is of no use.
    case fanOutLate
    /// What seals refused it: not sent, or sent as zeros that nobody can open.
    case notSealed
    /// A retransmission was asked for that the cache no longer has.
    case notCached
    /// More retransmissions asked for at once than a consumer may have waiting.
    case retransmissionQueueFull
    /// A control datagram found the outbox full.
    case outboxFull
    /// Not carried to another loop: that one is late, and the pipe to it is full.
    case pipeFull
    /// A frame from another loop that does not parse.
    case malformedFrame
    /// An event that the owner did not take in time.
    case eventLost

    /// The metric label: snake case, stable; an acronym is one word.
    public var label: String {
        let name = Array("\(self)")
        return name.indices.reduce(into: "") { label, index in
            let startsWord =
                name[index].isUppercase && index > 0
                && (name[index - 1].isLowercase
                    || index + 1 < name.count && name[index + 1].isLowercase)
            if startsWord { label.append("_") }
            label += name[index].lowercased()
        }
    }
}

/// How often each reason struck. A fixed table: counting never allocates.
public struct DropCounters: Sendable {
    private var counts = [UInt64](repeating: 0, count: DropReason.allCases.count)

    /// All zero.
    public init() {}

    /// The count of one reason.
    public subscript(reason: DropReason) -> UInt64 { counts[reason.rawValue] }

    /// Counts one more.
    public mutating func count(_ reason: DropReason) { counts[reason.rawValue] &+= 1 }

    /// Counts `times` more.
    mutating func count(_ reason: DropReason, times: Int) {
        counts[reason.rawValue] &+= UInt64(times)
    }

    /// Adds another table's counts to this one's.
    public mutating func merge(_ other: DropCounters) {
        for index in counts.indices { counts[index] &+= other.counts[index] }
    }
}

extension DropReason {
    /// The count under which a packet that SRTP refused falls.
    init(_ failure: OpenFailure) {
        self =
            switch failure {
            case .malformed: .malformedSRTP
            case .replayed: .replayed
            case .notAuthentic: .notAuthentic
            case .tooManySources: .tooManySources
            }
    }
}
