import Codecs
import RTP
import Timing
import Wire

/// One track of a room on its way to one peer.
struct Consumer {
    /// Whether packets go out yet.
    enum Flow: Equatable { case awaitingKeyframe, flowing }

    /// The separate stream that carries retransmissions (RFC 4588).
    struct Retransmission {
        let ssrc: UInt32
        let payloadType: UInt8
    }

    /// Whose track it is; the consumer follows it through the peer's new sessions.
    struct Source {
        let peer: String
        var mid: String
    }

    // What each packet asks for lies together and first: in a large room all of it is cold by then.
    let transport: TransportHandle
    let ssrc: UInt32
    let payloadType: UInt8
    var flow: Flow
    var isBeginning = false  // with a source of which nothing has been sent yet
    var rewriter: StreamRewriter
    var replayNext = Int64.max  // the replay's next source number; what follows it waits
    var packetCount: UInt32 = 0  // as sender reports count them
    var byteCount: UInt32 = 0
    var now = Instant(nanoseconds: 0)  // this turn's time
    var lastSent: Instant?
    let extensions: HeaderExtensionMap

    let id: String
    let kind: MediaKind
    let codec: Codec
    var source: Source
    private(set) var producer: ProducerHandle
    let retransmission: Retransmission?
    var keepsTimes = false  // a recording's: what is replayed to it keeps its own pace
    var pending: [Int64] = []  // source numbers to send again, oldest first
    var replayCredit = 0  // packets of the replay that may be sent now
    var replayTerms = ReplayTerms()
    var resendTime = Instant(nanoseconds: 0)  // up to which resending has been granted
    var isPending = false  // on the router's list of consumers with retransmissions
    var resent: Int64 = 0  // the retransmission stream's next number
    var report = ConsumerReport()

    /// How far the media clock goes on between two sources: as far as time did, never not at all,
    /// or two frames would be taken for one.
    var gap: UInt32 {
        guard let lastSent else { return 0 }
        let elapsed = (now - lastSent).nanoseconds / 1000 * Int64(codec.clockRate) / 1_000_000
        return UInt32(truncatingIfNeeded: max(elapsed, 1))
    }

    /// Forgets what was asked for again: all was sent, or nothing can be.
    mutating func stopResending() {
        pending.removeAll(keepingCapacity: true)
        isPending = false
    }

    /// Goes on with another producer, without a gap in numbers or a jump in time.
    mutating func follow(_ producer: ProducerHandle) {
        self.producer = producer
        pending.removeAll(keepingCapacity: true)  // the router's list still names it
        rewriter.detach()
        replayNext = .max
        if kind == .video { flow = .awaitingKeyframe }
    }

    /// Whether one more packet may be sent again now: 2000 a second, 128 at once.
    mutating func mayResend(at now: Instant) -> Bool {
        let next = max(resendTime, now - Self.resendInterval * Int64(Self.pendingLimit))
        guard next <= now else { return false }
        resendTime = next + Self.resendInterval
        return true
    }

    static let pendingLimit = 128
    private static let resendInterval = Interval.microseconds(500)
}

/// What a consumer's peer has told us about how the track arrives.
struct ConsumerReport {
    var lastSent: (middle: UInt32, at: Instant)?  // our newest sender report
    var roundTrip: Interval?
    var fractionLost: UInt8 = 0
    var cumulativeLost: Int32 = 0
    var jitter: UInt32 = 0  // ticks of the media clock
    var nackCount: UInt64 = 0
    var keyframeRequestCount: UInt64 = 0

    /// Takes in the block that speaks of our stream (RFC 3550 §6.4.1).
    mutating func receive(_ block: ReportBlock, at now: Instant) {
        fractionLost = block.fractionLost
        cumulativeLost = block.cumulativeLost
        jitter = block.jitter
        guard let lastSent, block.lastSenderReport == lastSent.middle, lastSent.middle != 0
        else { return }
        let held = Interval(
            nanoseconds: (Int64(block.delaySinceLastSenderReport) * 1_000_000_000) >> 16)
        roundTrip = max(now - lastSent.at - held, .zero)
    }
}

extension Consumer {
    /// The producer's newest pair of clocks as this consumer's sender report; `nil` before it has
    /// been sent anything that the pair could speak of.
    mutating func senderReport(_ point: SenderReportPoint, at now: Instant) -> SenderReport? {
        guard rewriter.isStarted else { return nil }
        report.lastSent = (point.ntp.middle, now)
        return SenderReport(
            ssrc: ssrc, ntp: point.ntp, rtpTimestamp: rewriter.reportedTimestamp(for: point.rtp),
            packetCount: packetCount, octetCount: byteCount)
    }
}
