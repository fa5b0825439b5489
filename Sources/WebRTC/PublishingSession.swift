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
    public private(set) var statistics = PublishingStatistics()

    private var connection: ClientConnection
    private var senders: [RTPSender]
    private let clock: ClockMap
    private let cname: String
    private let positions: [Int]  // of the senders' tracks in the offer
    private var outbox: [(bytes: [UInt8], destination: Endpoint)] = []
    private var position = 0
    private var events: [Event] = []
    private var isAnnounced = false
    private var nextReport: Instant?
    private var isSilent = false
    private let scratch: UnsafeMutableRawPointer

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
        self.connection = connection
        (self.senders, self.clock, self.cname) = (senders, clock, cname)
        positions = sections.map { $0.track ?? 0 }
        scratch = .allocate(byteCount: 2048, alignment: 64)
    }

    deinit { scratch.deallocate() }

    /// Whether media can be sent.
    public var isConnected: Bool { connection.state == .connected }

    /// Whether the server is heard: it has said something within the last five seconds.
    public var isHeard: Bool { isConnected && !connection.isSilent }

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
        if seal(packet) {
            statistics.sentPackets += 1
            statistics.sentBytes += UInt64(payload.count)
        } else {
            statistics.droppedPackets += 1
        }
    }

    /// Ends the session, telling the server.
    public mutating func close(at now: Instant) {
        connection.close()
        flushControl()
        followState()
    }

    private mutating func seal(_ packet: OutgoingRTP) -> Bool {
        guard let remote = connection.remote, outbox.count - position < Self.outboxLimit,
            let sealed = connection.sealRTP(
                packet.header, payload: packet.payload, ssrc: packet.ssrc, index: packet.index)
        else { return false }
        outbox.append((sealed, remote))
        return true
    }

    private static let outboxLimit = 1024  // packets of one turn: a large key frame at once
}

extension NegotiatedSection {
    /// How a track of an offer is named on the wire, by what was agreed on.
    ///
    /// - Parameter tracks: The offer's; this section's `track` is a position among them.
    public func senderParameters(of tracks: [OutgoingTrack]) -> RTPSender.Parameters {
        let track = tracks[track ?? 0]
        var parameters = RTPSender.Parameters(
            ssrc: track.ssrc, payloadType: codec.payloadType, clockRate: codec.codec.clockRate)
        parameters.retransmission = codec.retransmissionPayloadType.map {
            .init(ssrc: track.retransmissionSSRC, payloadType: $0)
        }
        let id = extensionMap[.mid]
        parameters.mid = id == 0 ? nil : .init(id: id, name: mid)
        return parameters
    }
}

/// What a publishing session has sent and heard.
public struct PublishingStatistics: Hashable, Sendable {
    /// Media packets, retransmissions not counted.
    public internal(set) var sentPackets: UInt64 = 0
    /// Their payloads' octets.
    public internal(set) var sentBytes: UInt64 = 0
    /// Packets given to it before it was connected, beyond what it holds, or of no track agreed on.
    public internal(set) var droppedPackets: UInt64 = 0
    /// Packets sent again.
    public internal(set) var retransmittedPackets: UInt64 = 0
    /// Packets asked for again that were kept no longer.
    public internal(set) var missedRetransmissions: UInt64 = 0
    /// Key frames asked for.
    public internal(set) var keyframeRequests: UInt64 = 0
    /// The newest round trip; `nil` before the first report.
    public internal(set) var roundTrip: Interval?
    /// Lost on the way, by the newest reports, summed over the tracks.
    public internal(set) var lostPackets = 0
}

// MARK: Engine

extension PublishingSession {
    /// Takes in one datagram of the server's.
    public mutating func receive(_ bytes: RawSpan, from source: Endpoint, at now: Instant) {
        switch PacketKind(bytes) {
        case .stun, .dtls:
            connection.receiveControl(bytes, from: source, at: now)
            settle(at: now)
        case .rtcp:
            guard bytes.byteCount <= 2048,
                case .opened(let count, _)? = connection.openRTCP(bytes, into: scratch, at: now)
            else { return }
            receiveRTCP(UnsafeRawBufferPointer(start: scratch, count: count).bytes, at: now)
            followState()
        case .rtp, .other: return
        }
    }

    /// Checks, flights and reports that are due.
    public mutating func advance(to now: Instant) {
        connection.advance(to: now)
        settle(at: now)
        guard isConnected, let due = nextReport, due <= now else { return }
        nextReport = now + Self.reportInterval
        for index in senders.indices { report(on: index, at: now) }
    }

    /// When it wants to act next.
    public var nextDeadline: Instant? {
        guard let own = nextReport, isConnected else { return connection.nextDeadline }
        return connection.nextDeadline.map { min($0, own) } ?? own
    }

    /// What it has to send; equal packets in a row are one run.
    public mutating func nextTransmit(into arena: inout SendArena) -> Transmit? {
        guard position < outbox.count else {
            outbox.removeAll(keepingCapacity: true)
            position = 0
            return nil
        }
        let (bytes, destination) = outbox[position]
        guard let transmit = arena.append(bytes, to: destination) else { return nil }
        position += 1
        return transmit
    }

    /// The next fact for the owner.
    public mutating func nextEvent() -> Event? { events.isEmpty ? nil : events.removeFirst() }

    private mutating func settle(at now: Instant) {
        flushControl()
        if isConnected, !isAnnounced { nextReport = now + Self.firstReport }
        followState()
    }

    private mutating func followState() {
        switch connection.state {
        case .connecting: return
        case .connected:
            if !isAnnounced { events.append(.connected) }
            isAnnounced = true
            guard isSilent != connection.isSilent else { return }
            isSilent = connection.isSilent
            events.append(.silent(isSilent))
        case .closed(let reason):
            guard nextReport != nil || !isAnnounced else { return }
            (isAnnounced, nextReport) = (true, nil)
            events.append(.closed(reason))
        }
    }

    private mutating func flushControl() {
        while let datagram = connection.nextDatagram() { outbox.append(datagram) }
    }

    private static let reportInterval = Interval.seconds(1)
    private static let firstReport = Interval.milliseconds(100)  // lips and words from the start
}

// MARK: RTCP

extension PublishingSession {
    private mutating func receiveRTCP(_ compound: RawSpan, at now: Instant) {
        var packets = RTCPReader(compound)
        while let packet = packets.next() {
            switch packet {
            case .nack(let nack): resend(nack)
            case .pictureLossIndication(let request): keyframeWanted(ssrc: request.mediaSSRC)
            case .fullIntraRequest(let request):
                for entry in request.entries { keyframeWanted(ssrc: entry.ssrc) }
            case .receiverReport(let report): receive(report.reports, at: now)
            case .senderReport(let report): receive(report.reports, at: now)
            case .sourceDescription, .goodbye, .maximumBitrate, .transportFeedback,
                .extendedReport, .other:
                continue
            }
        }
    }

    private mutating func resend(_ nack: GenericNack) {
        guard let index = senders.firstIndex(where: { $0.parameters.ssrc == nack.mediaSSRC })
        else { return }
        for number in nack.lost {
            if let packet = senders[index].resend(number), seal(packet) {
                statistics.retransmittedPackets += 1
            } else {
                statistics.missedRetransmissions += 1
            }
        }
    }

    private mutating func keyframeWanted(ssrc: UInt32) {
        guard let index = senders.firstIndex(where: { $0.parameters.ssrc == ssrc }) else { return }
        statistics.keyframeRequests += 1
        let wish = Event.keyframeWanted(track: positions[index])
        guard !events.contains(wish) else { return }
        events.append(wish)
    }

    private mutating func receive(_ blocks: [ReportBlock], at now: Instant) {
        var lost = 0
        for block in blocks where senders.contains(where: { $0.parameters.ssrc == block.ssrc }) {
            lost += max(0, Int(block.cumulativeLost))
            if let trip = block.roundTripTime(at: clock.ntp(at: now)) {
                statistics.roundTrip = trip
            }
        }
        statistics.lostPackets = lost
    }

    private mutating func report(on index: Int, at now: Instant) {
        guard let remote = connection.remote,
            let report = senders[index].report(at: now, ntp: clock.ntp(at: now))
        else { return }
        var writer = ByteWriter(capacity: 96)
        report.write(to: &writer)
        SourceDescription(chunks: [.init(ssrc: report.ssrc, cname: cname)]).write(to: &writer)
        if let sealed = connection.sealRTCP(writer.bytes) { outbox.append((sealed, remote)) }
    }
}
