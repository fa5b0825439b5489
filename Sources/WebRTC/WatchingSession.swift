import RTP
public import Timing
public import Wire

/// One packet of a track that is watched, plain.
public struct ReceivedRTP: Hashable, Sendable {
    /// The track's position in the offer.
    public var track: Int
    /// The stream's SSRC; another one begins a number line and a clock of its own.
    public var ssrc: UInt32
    /// The sequence number, unwrapped: it rises for ever.
    public var sequence: Int64
    /// The timestamp as the sender wrote it.
    public var timestamp: UInt32
    /// The end of a frame, for pictures.
    public var marker: Bool
    /// The payload.
    public var payload: [UInt8]
    /// When it came.
    public var arrival: Instant
}

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
    public private(set) var droppedPackets = 0
    /// Packets asked for again.
    public private(set) var requestedPackets = 0
    /// Packets that came after they were asked for again.
    public private(set) var recoveredPackets = 0

    private var connection: ClientConnection
    private var tracks: [WatchedTrack]
    private let cname: String
    private let reporterSSRC: UInt32
    private var outbox: [(bytes: [UInt8], destination: Endpoint)] = []
    private var position = 0
    private var events: [Event] = []
    private var eventPosition = 0
    private var isAnnounced = false
    private var isOver = false
    private var nextReport: Instant?
    private var isSilent = false
    private let scratch: UnsafeMutableRawPointer

    /// A session over a connection just begun, for the sections that were agreed on.
    public init(
        _ connection: consuming ClientConnection, sections: [NegotiatedSection], cname: String,
        ssrc: UInt32
    ) {
        self.connection = connection
        tracks = sections.map { WatchedTrack($0) }
        (self.cname, reporterSSRC) = (cname, ssrc)
        scratch = .allocate(byteCount: 2048, alignment: 64)
    }

    deinit { scratch.deallocate() }

    /// Whether media can be received.
    public var isConnected: Bool { connection.state == .connected }

    /// Asks the server for a key frame of a track.
    public mutating func requestKeyframe(track: Int) {
        guard let index = tracks.firstIndex(where: { $0.position == track }),
            let ssrc = tracks[index].ssrc
        else { return }
        var writer = ByteWriter(capacity: 64)
        ReceiverReport(ssrc: reporterSSRC).write(to: &writer)
        SourceDescription(chunks: [.init(ssrc: reporterSSRC, cname: cname)]).write(to: &writer)
        PictureLossIndication(senderSSRC: reporterSSRC, mediaSSRC: ssrc).write(to: &writer)
        sendRTCP(writer)
    }

    /// Ends the session, telling the server.
    public mutating func close(at now: Instant) {
        connection.close()
        settle(at: now)
    }
}

// MARK: Engine

extension WatchingSession {
    /// Takes in one datagram of the server's.
    public mutating func receive(_ bytes: RawSpan, from source: Endpoint, at now: Instant) {
        guard bytes.byteCount <= 2048 else { return }
        switch PacketKind(bytes) {
        case .stun, .dtls:
            connection.receiveControl(bytes, from: source, at: now)
            settle(at: now)
        case .rtp:
            guard case .opened(let count, _)? = connection.openRTP(bytes, into: scratch, at: now)
            else { return }
            followSilence()
            receiveRTP(UnsafeRawBufferPointer(start: scratch, count: count).bytes, at: now)
        case .rtcp:
            guard case .opened(let count, _)? = connection.openRTCP(bytes, into: scratch, at: now)
            else { return }
            followSilence()
            receiveRTCP(UnsafeRawBufferPointer(start: scratch, count: count).bytes, at: now)
        case .other: return
        }
    }

    /// Checks, flights, requests and reports that are due.
    public mutating func advance(to now: Instant) {
        connection.advance(to: now)
        settle(at: now)
        guard isConnected else { return }
        for index in tracks.indices { requestMissing(of: index, at: now) }
        guard let due = nextReport, due <= now else { return }
        nextReport = now + Self.reportInterval
        report(at: now)
    }

    /// When it wants to act next.
    public var nextDeadline: Instant? {
        guard isConnected else { return connection.nextDeadline }
        var earliest = connection.nextDeadline
        for own in tracks.map(\.nack.nextDeadline) + [nextReport] {
            if let own { earliest = earliest.map { min($0, own) } ?? own }
        }
        return earliest
    }

    /// What it has to send.
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

    /// The next fact for the owner, packets among them.
    public mutating func nextEvent() -> Event? {
        guard eventPosition < events.count else {
            events.removeAll(keepingCapacity: true)
            eventPosition = 0
            return nil
        }
        defer { eventPosition += 1 }
        return events[eventPosition]
    }

    private mutating func settle(at now: Instant) {
        while let datagram = connection.nextDatagram() { outbox.append(datagram) }
        followSilence()
        switch connection.state {
        case .connecting: return
        case .connected:
            guard !isAnnounced else { return }
            isAnnounced = true
            nextReport = now + Self.reportInterval
            events.append(.connected)
        case .closed(let reason):
            guard !isOver else { return }
            (isOver, nextReport) = (true, nil)
            events.append(.closed(reason))
        }
    }

    private mutating func followSilence() {
        guard isSilent != connection.isSilent, isConnected else { return }
        isSilent = connection.isSilent
        events.append(.silent(isSilent))
    }

    private static let reportInterval = Interval.seconds(1)
    private static let eventLimit = 8192
}

// MARK: Media and reports

extension WatchingSession {
    private mutating func receiveRTP(_ packet: RawSpan, at now: Instant) {
        guard let layout = try? RTPLayout(parsing: packet),
            let index = tracks.firstIndex(where: { $0.claims(layout.header.payloadType) }),
            let media = tracks[index].take(layout, packet, at: now)
        else { return }
        if media.isRecovered { recoveredPackets += 1 }
        guard events.count - eventPosition < Self.eventLimit else {
            droppedPackets += 1
            return
        }
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

    private mutating func requestMissing(of index: Int, at now: Instant) {
        var numbers: [UInt16] = []
        let action = tracks[index].nack.advance(to: now, into: &numbers)
        if action == .requestKeyframe, tracks[index].isPicture {
            requestKeyframe(track: tracks[index].position)
        }
        guard !numbers.isEmpty, tracks[index].asksAgain, let ssrc = tracks[index].ssrc
        else { return }
        requestedPackets += numbers.count
        var writer = ByteWriter(capacity: 96)
        ReceiverReport(ssrc: reporterSSRC).write(to: &writer)
        SourceDescription(chunks: [.init(ssrc: reporterSSRC, cname: cname)]).write(to: &writer)
        GenericNack(senderSSRC: reporterSSRC, mediaSSRC: ssrc, lost: numbers).write(to: &writer)
        sendRTCP(writer)
    }

    private mutating func report(at now: Instant) {
        var blocks: [ReportBlock] = []
        for index in tracks.indices {
            if let block = tracks[index].statistics?.makeReportBlock(at: now) {
                blocks.append(block)
            }
        }
        var writer = ByteWriter(capacity: 128)
        ReceiverReport(ssrc: reporterSSRC, reports: blocks).write(to: &writer)
        SourceDescription(chunks: [.init(ssrc: reporterSSRC, cname: cname)]).write(to: &writer)
        sendRTCP(writer)
    }

    private mutating func sendRTCP(_ compound: ByteWriter) {
        guard let remote = connection.remote, let sealed = connection.sealRTCP(compound.bytes)
        else { return }
        outbox.append((sealed, remote))
    }
}
