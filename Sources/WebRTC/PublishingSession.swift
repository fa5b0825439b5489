public import RTP
public import Timing
public import Wire

/// A client that sends tracks to one server, as an engine: the path, the packets' numbers, what is
/// asked for again, the reports.
///
/// It paces nothing: what is given to `send` goes out in the same turn.
public struct PublishingSession: ~Copyable, Engine {
    /// What the owner is told.
    public enum Event: Hashable, Sendable {
        /// Keys are agreed on: media flows from now on.
        case connected
        /// The server wants a key frame of the track at this position of the offer.
        case keyframeWanted(track: Int)
        /// The server has said nothing for five seconds; then it speaks again.
        case silent(Bool)
        /// It is over.
        case closed(PeerConnection.CloseReason)
    }

    /// What has gone out and come back.
    public internal(set) var statistics = PublishingStatistics()

    var path: SessionPath
    var senders: [RTPSender]
    let clock: ClockMap
    let cname: String
    let positions: [Int]  // of the senders' tracks in the offer
    var events = PublishingEvents()
    private var nextReport: Instant?

    /// A session over a connection just begun.
    ///
    /// - Parameters:
    ///   - connection: Not yet used.
    ///   - sections: What was agreed on: not every track of the offer, perhaps.
    ///   - senders: One for each of the sections.
    ///   - clock: Ties sender reports to the wall clock.
    ///   - cname: Names the sender in reports.
    public init(
        _ connection: consuming ClientConnection, sections: [NegotiatedSection],
        senders: [RTPSender], clock: ClockMap, cname: String
    ) {
        precondition(sections.count == senders.count, "give one sender for each section")
        path = SessionPath(connection)
        (self.senders, self.clock, self.cname) = (senders, clock, cname)
        positions = sections.map { $0.track ?? 0 }
    }

    /// Whether media can be sent.
    public var isConnected: Bool { path.isConnected }

    /// Whether the server is heard: it has said something within the last five seconds.
    public var isHeard: Bool { isConnected && !path.isSilent }

    /// Sends one packet's payload now; dropped and counted before the connection stands, when the
    /// outbox is full, or for a track that the server did not take.
    public mutating func send(
        _ payload: [UInt8], track: Int, timestamp: UInt32, marker: Bool, at now: Instant
    ) {
        guard isConnected, let index = positions.firstIndex(of: track) else {
            statistics.droppedPackets += 1
            return
        }
        let packet = senders[index].packet(
            payload, timestamp: timestamp, marker: marker, at: now)
        if path.sendRTP(packet) {
            statistics.sentPackets += 1
            statistics.sentBytes += UInt64(payload.count)
        } else {
            statistics.droppedPackets += 1
        }
    }

    /// Ends the session, telling the server.
    public mutating func close(at now: Instant) {
        path.close()
        follow(at: now)
    }
}

// MARK: Engine

extension PublishingSession {
    /// Takes in one datagram of the server's.
    public mutating func receive(_ bytes: RawSpan, from source: Endpoint, at now: Instant) {
        switch PacketKind(bytes) {
        case .stun, .dtls:
            path.receiveControl(bytes, from: source, at: now)
            follow(at: now)
        case .rtcp:
            guard let compound = path.openRTCP(bytes, at: now) else { return }
            receiveRTCP(compound.bytes, at: now)
            follow(at: now)
        case .rtp, .other: return
        }
    }

    /// Checks, flights and reports that are due.
    public mutating func advance(to now: Instant) {
        path.advance(to: now)
        follow(at: now)
        guard isConnected, let due = nextReport, due <= now else { return }
        nextReport = now + Self.reportInterval
        for index in senders.indices { report(on: index, at: now) }
    }

    /// When it wants to act next.
    public var nextDeadline: Instant? {
        guard let own = nextReport, isConnected else { return path.nextDeadline }
        return path.nextDeadline.map { min($0, own) } ?? own
    }

    /// What it has to send; equal packets in a row are one run.
    public mutating func nextTransmit(into arena: inout SendArena) -> Transmit? {
        path.nextTransmit(into: &arena)
    }

    /// The next fact for the owner.
    public mutating func nextEvent() -> Event? { events.next() }

    private mutating func follow(at now: Instant) {
        while let news = path.nextNews() {
            switch news {
            case .connected:
                nextReport = now + Self.firstReport
                events.append(.connected)
            case .silent(let isSilent): events.append(.silent(isSilent))
            case .closed(let reason):
                nextReport = nil
                events.append(.closed(reason))
            }
        }
    }

    private static let reportInterval = Interval.seconds(1)
    private static let firstReport = Interval.milliseconds(100)  // lips and words from the start
}
