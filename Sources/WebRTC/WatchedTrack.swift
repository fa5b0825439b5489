import RTP
import Timing
import Wire

/// One track a client watches: its stream, and the stream of its retransmissions.
struct WatchedTrack {
    let position: Int  // in the offer
    let isPicture: Bool
    let asksAgain: Bool
    private(set) var ssrc: UInt32?
    var statistics: ReceptionStatistics?
    var nack = NackGenerator()
    private let payloadType: UInt8
    private let retransmissionPayloadType: UInt8?
    private let clockRate: UInt32
    private var unwrapper = SequenceUnwrapper()
    private var seen: [Int64]  // by the number's low bits: the newest number there

    init(_ section: NegotiatedSection) {
        position = section.track ?? 0
        isPicture = section.kind == .video
        asksAgain = section.codec.feedback.nack
        payloadType = section.codec.payloadType
        retransmissionPayloadType = section.codec.retransmissionPayloadType
        clockRate = section.codec.codec.clockRate
        seen = Array(repeating: -1, count: Self.window)
    }

    func claims(_ type: UInt8) -> Bool {
        type == payloadType || type == retransmissionPayloadType
    }

    /// Takes a packet in; `nil` when it is not new, or repeats nothing.
    mutating func take(
        _ layout: RTPLayout, _ bytes: RawSpan, at now: Instant
    ) -> (packet: ReceivedRTP, isRecovered: Bool)? {
        var layout = layout
        let isRetransmission = layout.header.payloadType != payloadType
        if isRetransmission {
            guard let ssrc,
                let original = layout.restored(payloadType: payloadType, ssrc: ssrc, in: bytes)
            else { return nil }
            layout = original
        } else if ssrc != layout.header.ssrc {
            follow(layout.header.ssrc)
        }
        let number = layout.header.sequenceNumber
        let sequence = unwrapper.peek(number)
        if isRetransmission, sequence > unwrapper.newest ?? .min { return nil }
        let slot = Int(truncatingIfNeeded: sequence) & (Self.window - 1)
        guard seen[slot] < sequence else { return nil }
        seen[slot] = sequence
        _ = unwrapper.unwrap(number)
        if !isRetransmission {
            _ = statistics?.packetArrived(
                sequenceNumber: number, timestamp: layout.header.timestamp, at: now)
        }
        // Servers without a stream for retransmissions send again on the stream itself.
        let recovered = nack.recoveredCount
        _ = nack.packetArrived(number, at: now)
        let payload = layout.payload(of: bytes).withUnsafeBytes { Array($0) }
        return (
            ReceivedRTP(
                track: position, ssrc: layout.header.ssrc, sequence: sequence,
                timestamp: layout.header.timestamp,
                marker: layout.header.marker, payload: payload, arrival: now),
            nack.recoveredCount > recovered
        )
    }

    /// A stream begins, under a number line of its own.
    private mutating func follow(_ ssrc: UInt32) {
        self.ssrc = ssrc
        statistics = ReceptionStatistics(ssrc: ssrc, clockRate: clockRate)
        (nack, unwrapper) = (NackGenerator(), SequenceUnwrapper())
        seen = Array(repeating: -1, count: Self.window)
    }

    private static let window = 4096  // packets told apart from their repetitions
}
