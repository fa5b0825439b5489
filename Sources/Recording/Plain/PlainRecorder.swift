import Camera
import RTP
public import Timing
import WebRTC
public import Wire

/// Records what is simply sent here, RTP over UDP: packets in, the octets of files out.
///
/// Each track has one source. Another one's packets are counted and dropped while it sends; after its
/// goodbye or two silent seconds the next source begins another file. Senders whose reports come hear
/// how their packets arrive.
public struct PlainRecorder: ~Copyable, RecordingEngine {
    private let session: PlainSession
    private var tracks: ReceivedTracks
    private var plain: [PlainTrack]
    private var frames: FrameRecorder
    private var isConnected = false  // something has come
    private var sender: AwaitedSender
    private var early = EarlyReports()
    private var reports: ReceptionReports

    /// A recorder that waits for packets.
    ///
    /// - Parameters:
    ///   - session: What is sent, and where to: the loop's first socket is `session.sockets[0]`.
    ///   - ssrc: Its own, for its reports.
    ///   - cname: Its name, for the same.
    ///   - options: How it is cut into files.
    ///   - clock: The wall clock, for cuts on it.
    ///   - now: When it begins.
    public init(
        _ session: PlainSession, ssrc: UInt32, cname: String, options: RecordingOptions,
        clock: ClockMap, at now: Instant
    ) {
        self.session = session
        plain = session.tracks.map(PlainTrack.init)
        tracks = ReceivedTracks(session)
        frames = FrameRecorder(options: options, clock: clock)
        reports = ReceptionReports(ssrc: ssrc, cname: cname, at: now)
        sender = AwaitedSender(at: session.listeningPlace, &frames, since: now)
    }

    /// Ends the file.
    public mutating func close(at now: Instant) {
        takeRest(at: now)
        frames.finish()
    }

    /// Writes less from now on, or all again.
    public mutating func limit(to intake: RecordingIntake, at now: Instant) {
        frames.limit(to: intake)
    }

    /// Dates files by this from the next one on.
    public mutating func follow(_ clock: ClockMap) { frames.follow(clock) }

    /// Takes in one datagram of the first socket.
    public mutating func receive(_ bytes: RawSpan, from source: Endpoint, at now: Instant) {
        receive(bytes, from: source, onSocket: 0, at: now)
    }

    /// Takes in one datagram.
    public mutating func receive(
        _ bytes: RawSpan, from source: Endpoint, onSocket number: Int, at now: Instant
    ) {
        guard session.tracksOfSocket.indices.contains(number) else { return }
        switch PacketKind(bytes) {
        case .rtp: receiveRTP(bytes, of: session.tracksOfSocket[number], at: now)
        case .rtcp: receiveRTCP(bytes, from: source, at: now)
        case .stun, .dtls, .other: return sender.otherArrived(payloadType: nil, at: now)
        }
        takeFrames(at: now)
    }

    /// Does all that is due.
    public mutating func advance(to now: Instant) {
        tracks.advance(to: now)
        takeFrames(at: now)
        _ = frames.advance(to: now)
        sender.advance(to: now, &frames)
        reports.advance(to: now, &plain)
    }

    /// When it wants to act next.
    public var nextDeadline: Instant? {
        [tracks.nextDeadline, frames.nextDeadline, reports.nextDeadline, sender.nextDeadline]
            .compactMap { $0 }.min()
    }

    /// What it has to send: receiver reports.
    public mutating func nextTransmit(into arena: inout SendArena) -> Transmit? {
        reports.nextTransmit(into: &arena)
    }

    /// The next fact for the owner.
    public mutating func nextEvent() -> RecordingEvent? { frames.nextEvent() }
}

// MARK: Packets

extension PlainRecorder {
    private mutating func receiveRTP(_ packet: RawSpan, of places: [Int], at now: Instant) {
        let header = (try? RTPLayout(parsing: packet))?.header
        let place = places.first { plain[$0].payloadType == header?.payloadType }
        guard let header, let place else {
            return sender.otherArrived(payloadType: header?.payloadType, at: now)
        }
        switch plain[place].judge(header, at: now) {
        case .taken: break
        case .foreign: return frames.foreignPacketArrived()
        case .replaced:
            if !sender.isAwaited { frames.note("another source sends: another file begins") }
            begin(at: now)
            _ = plain[place].judge(header, at: now)
        }
        if sender.isAwaited { begin(at: now, keeping: true) }
        if !isConnected {
            isConnected = true
            frames.connected(at: now)
        }
        tracks.receive(packet, of: plain[place].kind, at: now)
        for (report, sender) in early.take(of: header.ssrc) {
            receive(report, from: sender, place, at: now)
        }
    }

    private mutating func receiveRTCP(_ compound: RawSpan, from sender: Endpoint, at now: Instant) {
        var packets = RTCPReader(compound)
        while let packet = packets.next() {
            switch packet {
            case .senderReport(let report):
                if let place = plain.firstIndex(where: { $0.ssrc == report.ssrc }) {
                    receive(report, from: sender, place, at: now)
                } else {
                    early.keep(report, from: sender)
                }
            case .goodbye(let goodbye): receive(goodbye, at: now)
            case .receiverReport, .sourceDescription, .nack, .pictureLossIndication,
                .fullIntraRequest, .maximumBitrate, .transportFeedback, .extendedReport, .other:
                continue
            }
        }
    }

    private mutating func receive(
        _ report: SenderReport, from sender: Endpoint, _ place: Int, at now: Instant
    ) {
        plain[place].reportArrived(report, from: sender, at: now)
        tracks.reportArrived(
            report.ntp, timestamp: report.rtpTimestamp, of: plain[place].kind, at: now)
    }

    private mutating func receive(_ goodbye: Goodbye, at now: Instant) {
        var isNews = false
        for index in plain.indices {
            guard let ssrc = plain[index].ssrc, goodbye.ssrcs.contains(ssrc) else { continue }
            plain[index].goodbyeArrived()
            isNews = true
        }
        guard isNews, !sender.isAwaited, plain.allSatisfy(\.isOver) else { return }
        sender.left()
        takeRest(at: now)
        frames.interrupt("the sender has said goodbye")
    }

    /// Begins a file of its own with whoever sends now.
    ///
    /// - Parameter keeping: Whether those known go on.
    private mutating func begin(at now: Instant, keeping: Bool = false) {
        sender.arrived()
        takeRest(at: now)
        if !keeping { for index in plain.indices { plain[index].forget() } }
        tracks = ReceivedTracks(session)
        frames.leftOut(session.unrecordedSound)
        frames.begin(picture: tracks.pictureFormat, sound: tracks.soundFormat, at: now)
    }

    /// What waits for packets that are missing comes without them: those will not come any more.
    private mutating func takeRest(at now: Instant) {
        tracks.advance(to: now + ReceivedTracks.patience)
        takeFrames(at: now)
        frames.count(tracks.statistics, at: now)
    }

    private mutating func takeFrames(at now: Instant) {
        frames.follow(sender: tracks.senderWallClock)
        while let frame = tracks.next() {
            switch frame {
            case .picture(let unit, let time): frames.write(unit, time: time, at: now)
            case .sound(let frame, let time):
                frames.write(frame, time: time, isAlone: !tracks.hasPicture, at: now)
            case .keyframeNeeded: continue  // nobody here can be asked
            }
        }
        if frames.isCountDue(at: now) { frames.count(tracks.statistics, at: now) }
    }
}
