import RTP
import Timing
import Wire

/// One track of a session that is simply sent: whose packets are taken, and what its sender is told.
struct PlainTrack {
    /// What is to be done with a packet.
    enum Verdict: Hashable {
        case taken
        /// Of somebody else, while the source there is sends.
        case foreign
        /// Of another source, after the one there was fell silent: all begins anew.
        case replaced
    }

    let kind: ReceivedTracks.Kind
    let payloadType: UInt8
    /// Where its sender's reports come from.
    var sender: Endpoint?
    private(set) var ssrc: UInt32?
    private(set) var statistics: ReceptionStatistics?
    private let clockRate: UInt32
    private var lastArrival: Instant?
    private var hasLeft = false

    init(_ track: PlainSession.Track) {
        kind = track.isPicture ? .picture : .sound
        (payloadType, clockRate) = (track.format.payloadType, track.format.clockRate)
    }

    /// Judges a packet by its source, and counts those taken. The first source is the track's until
    /// it says goodbye or has been silent for two seconds.
    mutating func judge(_ header: RTPHeader, at now: Instant) -> Verdict {
        if let ssrc, ssrc != header.ssrc {
            let isSilent = lastArrival.map { now - $0 >= Self.silence } ?? true
            return hasLeft || isSilent ? .replaced : .foreign
        }
        if ssrc == nil {
            ssrc = header.ssrc
            statistics = ReceptionStatistics(ssrc: header.ssrc, clockRate: clockRate)
        }
        (lastArrival, hasLeft) = (now, false)
        statistics?.packetArrived(
            sequenceNumber: header.sequenceNumber, timestamp: header.timestamp, at: now)
        return .taken
    }

    mutating func reportArrived(_ report: SenderReport, from sender: Endpoint, at now: Instant) {
        self.sender = sender
        statistics?.senderReportArrived(report.ntp, at: now)
    }

    mutating func reportBlock(at now: Instant) -> ReportBlock? {
        statistics?.makeReportBlock(at: now)
    }

    /// The source has said goodbye.
    mutating func goodbyeArrived() { hasLeft = true }

    /// Whether it was there and has said goodbye.
    var isOver: Bool { hasLeft || ssrc == nil }

    /// Whoever sends next is the source.
    mutating func forget() { (ssrc, statistics, sender, lastArrival) = (nil, nil, nil, nil) }

    private static let silence = Interval.seconds(2)
}
