import Codecs
import Muxer
import RTP
public import Timing
public import WebRTC
public import Wire

/// Records what a WHEP server sends, H.264 and Opus: packets in, the octets of an MPEG-TS file out.
///
/// What is lost on the way is asked for again and waited for: a recording has time.
public struct WatchRecorder: ~Copyable, StreamEngine {
    private var session: WatchingSession
    private var recording: StreamRecording?
    private var tracks: WatchedTracks
    private var events: [RecordingEvent] = []

    /// A recorder of a session just begun.
    public init(_ session: consuming WatchingSession, sections: [NegotiatedSection]) {
        self.session = session
        tracks = WatchedTracks(sections)
    }

    /// Ends the file and the session.
    public mutating func close(at now: Instant) {
        session.close(at: now)
        takeEvents(at: now)
        finish()
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
        takeFrames()
    }

    /// When it wants to act next.
    public var nextDeadline: Instant? {
        guard let own = tracks.nextDeadline else { return session.nextDeadline }
        return session.nextDeadline.map { min($0, own) } ?? own
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
            case .connected: begin()
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
        takeFrames()
    }

    private mutating func takeFrames() {
        while let frame = tracks.next() {
            switch frame {
            case .picture(let unit, let time): recording?.write(unit, time: time)
            case .sound(let frame, let time): recording?.write(frame, time: time)
            case .keyframeNeeded(let track): session.requestKeyframe(track: track)
            }
        }
        guard let bytes = recording?.nextOutput() else { return }
        events.append(.data(bytes, statistics))
    }

    private var statistics: RecordingStatistics {
        switch recording {
        case .some(let recording): recording.statistics
        case nil: RecordingStatistics()
        }
    }

    private mutating func begin() {
        do throws(MuxerError) {
            recording = try StreamRecording(
                hasPicture: tracks.hasPicture,
                sound: tracks.hasSound ? .opus(channelCount: 2) : nil)
            events.append(.began)
        } catch {
            events.append(.interrupted(reason: error.description, isFinal: true))
        }
    }

    private mutating func finish() {
        switch recording {
        case nil: return
        case .some: break
        }
        recording?.finish()
        if let bytes = recording?.nextOutput() { events.append(.data(bytes, statistics)) }
        events.append(.finished(statistics))
        recording = nil
    }
}
