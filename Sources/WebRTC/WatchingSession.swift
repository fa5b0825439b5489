import RTP
public import Timing
public import Wire

/// A client that receives tracks of one server, as an engine: the path, what is missing and asked
/// for again, the reports. Packets come out as they come in; their order is the owner's affair.
public struct WatchingSession: ~Copyable, Engine {
    /// What the owner is told.
    public enum Event: Hashable, Sendable {
        /// Keys are agreed on: media is to be expected.
        case connected
        /// A packet of media, once each.
        case packet(ReceivedRTP)
        /// The sender's wall clock and the media clock of a track, at one moment.
        case clock(track: Int, ntp: NTPTimestamp, timestamp: UInt32)
        /// The server has said nothing for five seconds; then it speaks again.
        case silent(Bool)
        /// It is over.
        case closed(PeerConnection.CloseReason)
    }

    /// Packets dropped because the owner did not take them in time.
    public var droppedPackets: Int { events.droppedPackets }
    /// Packets asked for again.
    public internal(set) var requestedPackets = 0
    /// Key frames asked for.
    public private(set) var requestedKeyframes = 0
    /// Whether a key frame is asked for where packets are missing that do not come again.
    public var asksForKeyframes = true
    /// Packets that came after they were asked for again.
    public private(set) var recoveredPackets = 0

    var path: SessionPath
    var tracks: [WatchedTrack]
    let cname: String
    let reporterSSRC: UInt32
    private var events = WatchingEvents()
    private var nextReport: Instant?

    /// A session over a connection just begun, for the sections that were agreed on.
    public init(
        _ connection: consuming ClientConnection, sections: [NegotiatedSection], cname: String,
        ssrc: UInt32
    ) {
        path = SessionPath(connection)
        tracks = sections.map { WatchedTrack($0) }
        (self.cname, reporterSSRC) = (cname, ssrc)
    }

    /// Whether media can be received.
    public var isConnected: Bool { path.isConnected }

    /// Asks the server for a key frame of a track.
    public mutating func requestKeyframe(track: Int) {
        guard let index = tracks.firstIndex(where: { $0.position == track }),
            let ssrc = tracks[index].ssrc
        else { return }
        requestedKeyframes += 1
        sendFeedback { reporter, writer in
            PictureLossIndication(senderSSRC: reporter, mediaSSRC: ssrc).write(to: &writer)
        }
    }

    /// Ends the session, telling the server.
    public mutating func close(at now: Instant) {
        path.close()
        follow(at: now)
    }
}

// MARK: Engine

extension WatchingSession {
    /// Takes in one datagram of the server's.
    public mutating func receive(_ bytes: RawSpan, from source: Endpoint, at now: Instant) {
        guard bytes.byteCount <= SessionPath.packetLimit else { return }
        switch PacketKind(bytes) {
        case .stun, .dtls:
            path.receiveControl(bytes, from: source, at: now)
            follow(at: now)
        case .rtp:
            guard let packet = path.openRTP(bytes, at: now) else { return }
            follow(at: now)
            receiveRTP(packet.bytes, at: now)
        case .rtcp:
            guard let compound = path.openRTCP(bytes, at: now) else { return }
            follow(at: now)
            receiveRTCP(compound.bytes, at: now)
        case .other: return
        }
    }

    /// Checks, flights, requests and reports that are due.
    public mutating func advance(to now: Instant) {
        path.advance(to: now)
        follow(at: now)
        guard isConnected else { return }
        for index in tracks.indices { requestMissing(of: index, at: now) }
        guard let due = nextReport, due <= now else { return }
        nextReport = now + Self.reportInterval
        report(at: now)
    }

    /// When it wants to act next.
    public var nextDeadline: Instant? {
        guard isConnected else { return path.nextDeadline }
        var earliest = path.nextDeadline
        for own in tracks.map(\.nack.nextDeadline) + [nextReport] {
            if let own { earliest = earliest.map { min($0, own) } ?? own }
        }
        return earliest
    }

    /// What it has to send.
    public mutating func nextTransmit(into arena: inout SendArena) -> Transmit? {
        path.nextTransmit(into: &arena)
    }

    /// The next fact for the owner, packets among them.
    public mutating func nextEvent() -> Event? { events.next() }

    private mutating func follow(at now: Instant) {
        while let news = path.nextNews() {
            switch news {
            case .connected:
                nextReport = now + Self.reportInterval
                events.append(.connected)
            case .silent(let isSilent): events.append(.silent(isSilent))
            case .closed(let reason):
                nextReport = nil
                events.append(.closed(reason))
            }
        }
    }

    private mutating func receiveRTP(_ packet: RawSpan, at now: Instant) {
        guard let layout = try? RTPLayout(parsing: packet),
            let index = tracks.firstIndex(where: { $0.claims(layout.header.payloadType) }),
            let media = tracks[index].take(layout, packet, at: now)
        else { return }
        if media.isRecovered { recoveredPackets += 1 }
        events.append(.packet(media.packet))
    }

    private mutating func receiveRTCP(_ compound: RawSpan, at now: Instant) {
        var packets = RTCPReader(compound)
        while let packet = packets.next() {
            guard case .senderReport(let report) = packet,
                let index = tracks.firstIndex(where: { $0.ssrc == report.ssrc })
            else { continue }
            tracks[index].statistics?.senderReportArrived(report.ntp, at: now)
            events.append(
                .clock(
                    track: tracks[index].position, ntp: report.ntp, timestamp: report.rtpTimestamp))
        }
    }

    private static let reportInterval = Interval.seconds(1)
}
