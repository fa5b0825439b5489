import Codecs
import Muxer
import RTP
public import Timing
public import WebRTC
public import Wire

/// Records what a WHEP server sends, H.264, VP8, VP9 or AV1 and Opus: packets in, the octets of files out.
///
/// What is lost on the way is asked for again and waited for: a recording has time.
public struct WatchRecorder: ~Copyable, RecordingEngine {
    private var session: WatchingSession
    private var recording: StreamRecording?
    private var tracks: WatchedTracks
    private var events: [RecordingEvent] = []
    private var stall = StallWatch()
    private var intake = RecordingIntake.everything
    private let options: RecordingOptions
    private let clock: ClockMap

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
        tracks = WatchedTracks(sections)
        (self.options, self.clock) = (options, clock)
    }

    /// Ends the file and the session.
    public mutating func close(at now: Instant) {
        session.close(at: now)
        takeEvents(at: now)
        finish()
    }

    /// Writes less from now on, or all again: a key frame is asked for at once.
    public mutating func limit(to intake: RecordingIntake, at now: Instant) {
        self.intake = intake
        recording?.limit(to: intake)
        if intake == .everything { requestKeyframe() }
        collect()
    }

    /// No stream connection.
    public var wantedConnection: StreamTarget? { nil }

    /// Opens none.
    public mutating func streamOpened(at now: Instant) {}

    /// Reads none.
    public mutating func receiveStream(_ bytes: RawSpan, at now: Instant) {}

    /// Closes none.
    public mutating func streamClosed(_ reason: String?, at now: Instant) {}

    /// Writes none.
    public mutating func nextStreamOutput() -> [UInt8]? { nil }

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
        switch stall.advance(to: now) {
        case .none: return
        case .stalled:
            events.append(.stalled(true))
            requestKeyframe()
        case .giveUp: recording?.finish()
        }
        collect()
    }

    /// When it wants to act next.
    public var nextDeadline: Instant? {
        [tracks.nextDeadline, stall.nextDeadline, session.nextDeadline].compactMap { $0 }.min()
    }

    /// What it has to send.
    public mutating func nextTransmit(into arena: inout SendArena) -> Transmit? {
        session.nextTransmit(into: &arena)
    }

    /// The next fact for the owner.
    public mutating func nextEvent() -> RecordingEvent? {
        events.isEmpty ? nil : events.removeFirst()
    }

    private mutating func takeEvents(at now: Instant) {
        while let event = session.nextEvent() {
            switch event {
            case .connected:
                events.append(.connected(at: now))
                begin(at: now)
            case .packet(let packet): tracks.receive(packet, at: now)
            case .clock(let track, let ntp, let timestamp):
                tracks.reportArrived(ntp, timestamp: timestamp, track: track)
            case .closed(let reason):
                finish()
                guard reason != .local else { continue }
                events.append(
                    .interrupted(
                        reason: "the server has ended the session: \(reason)", isFinal: false))
            }
        }
        takeFrames(at: now)
    }

    private mutating func takeFrames(at now: Instant) {
        while let frame = tracks.next() {
            switch frame {
            case .picture(let unit, let time):
                frameArrived(at: now)
                recording?.write(unit, time: time)
            case .sound(let frame, let time):
                if !tracks.hasPicture { frameArrived(at: now) }
                recording?.write(frame, time: time)
            case .keyframeNeeded: requestKeyframe()
            }
        }
        collect()
    }

    private mutating func frameArrived(at now: Instant) {
        if stall.isStalled { events.append(.stalled(false)) }
        stall.frameArrived(at: now)
    }

    private mutating func requestKeyframe() {
        guard let track = tracks.pictureTrack else { return }
        session.requestKeyframe(track: track)
        recording?.keyframeRequested()
    }

    private mutating func collect() {
        while let event = recording?.nextEvent() { events.append(event) }
    }

    private mutating func begin(at now: Instant) {
        stall.frameArrived(at: now)
        do throws(MuxerError) {
            recording = try StreamRecording(
                picture: tracks.pictureFormat,
                sound: tracks.hasSound ? .opus(channelCount: 2) : nil, options: options,
                clock: clock, connection: now.nanoseconds)
            recording?.limit(to: intake)
        } catch {
            events.append(.interrupted(reason: error.description, isFinal: true))
        }
    }

    private mutating func finish() {
        stall.sourceLeft()
        recording?.finish()
        collect()
        recording = nil
    }
}
