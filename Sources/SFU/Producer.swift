import Codecs
import RTP
import Timing
import WebRTC
import Wire

/// One track that a peer sends into a room.
struct Producer {
    /// Where its packets come from.
    enum Origin: Hashable {
        case transport(TransportHandle)
        case pipe(Pipes.Key)  // from the room's home, under this number
    }

    let track: ProducedTrack
    let origin: Origin
    let extensions: HeaderExtensionMap
    var ssrc: UInt32?  // once the offer or the first packet has named it
    var stream: ReceiveStream?  // from its first packet on
    var consumers: [ConsumerHandle] = []
    var branches: [Branch] = []  // of its room, where it is wanted
    var isWanted = false  // of its room's home, while a pipe feeds it
    var keyframes = KeyframeRequester()
    var requestedAfter = Int64.min  // the stream's newest number at the last request
    var lastReport: SenderReportPoint?
    var lastReportPassed: Instant?  // when consumers were last told
    var packetCount: UInt64 = 0
    var byteCount: UInt64 = 0
    var isDirty = false  // on the router's list for the next fan-out
    var waiting: UInt32 = 0  // since when, in ticks
    private var heard = Instant(nanoseconds: 0)
    private var patience = Interval.milliseconds(250)  // longer than packets overtake one another

    init(track: ProducedTrack, origin: Origin, extensions: HeaderExtensionMap) {
        (self.track, self.origin, self.extensions) = (track, origin, extensions)
    }

    var kind: MediaKind { track.codec.codec.kind }

    /// The peer's own session, where it is on this loop.
    var transport: TransportHandle? {
        guard case .transport(let transport) = origin else { return nil }
        return transport
    }

    /// Opens the ring for the SSRC that carries this track.
    mutating func openStream(ssrc: UInt32, at now: Instant) {
        if ssrc != self.ssrc { lastReport = nil }  // its clocks began elsewhere
        self.ssrc = ssrc
        requestedAfter = .min
        stream = ReceiveStream(
            ssrc: ssrc, clockRate: track.codec.codec.clockRate,
            capacity: kind == .video ? Self.videoRing : Self.audioRing,
            requestsLost: transport != nil && track.codec.feedback.nack,
            hasParameterPackets: track.codec.codec == .h264, at: now)
    }

    /// Whether its SSRC has said nothing for so long that one it has left may have it back.
    func isSilent(at now: Instant) -> Bool {
        stream.map { now - $0.heard > patience } ?? true
    }

    /// Notes that a packet has come; and whether none had for so long that its peer may have slept.
    mutating func hear(at now: Instant) -> Bool {
        defer { heard = now }
        return now - heard > Self.pause
    }

    /// An SSRC that it had left has it back. The next must find it silent for twice as long: two that
    /// both send, however slowly, soon leave it to one of them.
    mutating func wentBack() { patience = min(patience * 2, Self.longestPatience) }

    /// Keeps the sender's clocks, for the consumers and for the next report back.
    ///
    /// - Returns: Whether consumers shall be told now: however fast reports come in, what goes out
    ///   for them stays bounded.
    mutating func receive(_ report: SenderReport, at now: Instant) -> Bool {
        lastReport = SenderReportPoint(ntp: report.ntp, rtp: report.rtpTimestamp)
        stream?.senderReportArrived(report, at: now)
        if let lastReportPassed, now - lastReportPassed < Self.reportInterval { return false }
        lastReportPassed = now
        return true
    }

    /// How the track arrives; `nil` before its first packet.
    mutating func reportBlock(at now: Instant) -> ReportBlock? { stream?.reportBlock(at: now) }

    private static let reportInterval = Interval.milliseconds(400)  // browsers send one a second
    private static let pause = Interval.seconds(1)
    private static let longestPatience = Interval.seconds(8)  // what waits for it is a viewer
    private static let videoRing = 1024  // two seconds at 5 Mbit/s
    private static let audioRing = 128  // 2.5 s of 20 ms packets
}

/// One sender report's pair of clocks: the same moment by the wall and by the media clock.
struct SenderReportPoint {
    var ntp: NTPTimestamp
    var rtp: UInt32
}

extension Producer {
    /// The track as reports show it.
    func snapshot() -> ProducerSnapshot {
        let codec = track.codec.codec
        let jitter = stream.map { Double($0.statistics.jitter) / Double(codec.clockRate) }
        return ProducerSnapshot(
            id: track.id, peer: track.peer, codec: codec, packetCount: packetCount,
            byteCount: byteCount,
            packetsLost: stream.map { Int($0.statistics.lostCount) } ?? 0,
            jitterSeconds: jitter ?? 0, consumerCount: consumers.count)
    }
}
