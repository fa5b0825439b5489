import Camera
import RTP
import SDP
public import Timing
public import WebRTC
public import Wire

/// Records what a WHEP server sends, H.264, VP8, VP9 or AV1 and Opus: packets in, the octets of files out.
///
/// What is lost on the way is asked for again and waited for: a recording has time.
public struct WatchRecorder: ~Copyable, RecordingEngine {
    private var session: WatchingSession
    private var tracks: ReceivedTracks
    private var beginning = SoundBeginning()
    private var frames: FrameRecorder
    private var wish = KeyframeWish()
    private var countedRequests = 0
    private var pictures: (track: Int?, payloadType: UInt8)?
    private var sounds: (track: Int?, payloadType: UInt8)?

    /// A recorder of a session just begun.
    ///
    /// - Parameters:
    ///   - session: The session.
    ///   - sections: What was agreed on.
    ///   - options: How it is cut into files.
    ///   - clock: The wall clock, for cuts on it.
    public init(
        _ session: consuming WatchingSession, sections: [NegotiatedSection],
        options: RecordingOptions, clock: ClockMap
    ) {
        self.session = session
        frames = FrameRecorder(options: options, clock: clock)
        var (picture, sound): (PictureReceiver?, SoundReceiver?)
        for section in sections {
            let codec = section.codec
            if let encoding = PictureEncoding(codec.codec) {
                pictures = (section.track, codec.payloadType)
                picture = PictureReceiver(
                    encoding, payloadType: codec.payloadType, patience: ReceivedTracks.patience,
                    packetLimit: ReceivedTracks.packetLimit,
                    resumesAtKeyframe: true)
            } else {
                sounds = (section.track, codec.payloadType)
                let format = PayloadFormat(
                    payloadType: codec.payloadType, encodingName: "opus", clockRate: 48_000)
                sound = SoundReceiver(format, patience: ReceivedTracks.patience)
            }
        }
        tracks = ReceivedTracks(picture: picture, sound: sound)
    }

    /// Ends the file and the session.
    public mutating func close(at now: Instant) {
        session.close(at: now)
        takeEvents(at: now)
        takeRest(at: now)
        frames.finish()
    }

    /// Writes less from now on, or all again: a key frame is asked for at once.
    public mutating func limit(to intake: RecordingIntake, at now: Instant) {
        frames.limit(to: intake)
        wish.limit(to: intake, at: now)
        session.asksForKeyframes = intake != .nothing
        askForKeyframe(at: now)
    }

    /// Dates files by this from the next one on.
    public mutating func follow(_ clock: ClockMap) { frames.follow(clock) }

    /// Takes in one datagram of the server's.
    public mutating func receive(_ bytes: RawSpan, from source: Endpoint, at now: Instant) {
        session.receive(bytes, from: source, at: now)
        takeEvents(at: now)
    }

    /// Does all that is due.
    public mutating func advance(to now: Instant) {
        session.advance(to: now)
        takeEvents(at: now)
        tracks.advance(to: now)
        takeFrames(at: now)
        if frames.advance(to: now) { wish.needed(at: now) }
        askForKeyframe(at: now)
    }

    /// When it wants to act next.
    public var nextDeadline: Instant? {
        [
            tracks.nextDeadline, frames.nextDeadline, session.nextDeadline, beginning.nextDeadline,
            wish.nextDeadline,
        ].compactMap { $0 }.min()
    }

    /// What it has to send.
    public mutating func nextTransmit(into arena: inout SendArena) -> Transmit? {
        session.nextTransmit(into: &arena)
    }

    /// The next fact for the owner.
    public mutating func nextEvent() -> RecordingEvent? { frames.nextEvent() }

    private mutating func takeEvents(at now: Instant) {
        while let event = session.nextEvent() {
            switch event {
            case .connected:
                frames.connected(at: now)
                frames.begin(picture: tracks.pictureFormat, sound: tracks.soundFormat, at: now)
            case .packet(let packet): receive(packet, at: now)
            case .clock(let track, let ntp, let timestamp):
                let kind: ReceivedTracks.Kind = track == pictures?.track ? .picture : .sound
                beginning.reports[kind.rawValue] = ReportedClock(ntp: ntp, timestamp: timestamp)
                tracks.reportArrived(ntp, timestamp: timestamp, of: kind, at: now)
            case .silent: continue  // nothing to record comes: that is told
            case .closed(let reason):
                takeRest(at: now)
                frames.finish()
                guard reason != .local else { continue }
                frames.interrupt("the server has ended the session: \(reason)")
            }
        }
        beginning.release(to: &tracks, at: now)
        takeFrames(at: now)
    }

    private mutating func receive(_ packet: ReceivedRTP, at now: Instant) {
        let isPicture = packet.track == pictures?.track
        guard let type = isPicture ? pictures?.payloadType : sounds?.payloadType else { return }
        if isPicture, !wish.isExpecting { wish.expect(at: now) }
        let bytes = packet.bytes(payloadType: type)
        guard isPicture || !tracks.hasPicture || beginning.isOver else {
            // Before the first picture it is in no file.
            return tracks.firstPicture == nil ? () : beginning.hold(bytes, at: now)
        }
        tracks.receive(bytes.span.bytes, of: isPicture ? .picture : .sound, at: now)
    }

    /// What waits for packets that are missing comes without them: those will not come any more.
    private mutating func takeRest(at now: Instant) {
        beginning.release(to: &tracks, at: now + SoundBeginning.patience)
        tracks.advance(to: now + ReceivedTracks.patience)
        takeFrames(at: now)
        countLosses(at: now)
    }

    private mutating func takeFrames(at now: Instant) {
        frames.take(from: &tracks, &wish, at: now)
        if frames.isCountDue(at: now) { countLosses(at: now) }
    }

    private mutating func countLosses(at now: Instant) {
        var source = tracks.statistics
        source.requestedPackets = UInt64(session.requestedPackets)
        source.recoveredPackets = UInt64(session.recoveredPackets)
        source.overflowingPackets = UInt64(session.droppedPackets)
        frames.count(source, at: now)
    }

    private mutating func askForKeyframe(at now: Instant) {
        if wish.advance(to: now), let track = pictures?.track {
            session.requestKeyframe(track: track)
        }
        // The session asks by itself for what it misses and is not sent again.
        while countedRequests < session.requestedKeyframes {
            countedRequests += 1
            frames.keyframeRequested()
        }
    }
}

extension ReceivedRTP {
    /// The packet as it came, plain.
    fileprivate func bytes(payloadType: UInt8) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: RTPHeader.byteCount)
        let header = RTPHeader(
            payloadType: payloadType, sequenceNumber: UInt16(truncatingIfNeeded: sequence),
            timestamp: timestamp, ssrc: ssrc, marker: marker)
        bytes.withUnsafeMutableBytes { out in
            if let base = out.baseAddress { _ = header.write(to: base) }
        }
        return bytes + payload
    }
}
