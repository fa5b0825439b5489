import Camera
import Codecs
import Muxer
import RTP
public import RTSP
public import Timing
public import Wire

/// Records one camera: an RTSP session in, the octets of MPEG-TS files out. A camera that goes away
/// ends its file; when it comes back another begins.
public struct CameraRecorder: ~Copyable, StreamEngine {
    private var camera: CameraSession
    private var recording: StreamRecording?
    private var events: [RecordingEvent] = []

    /// A recorder that connects at once.
    public init(_ configuration: RTSPClientConfiguration, verifiesTLS: Bool = false) {
        camera = CameraSession(configuration, verifiesTLS: verifiesTLS)
    }

    /// Ends the file and the session.
    public mutating func close(at now: Instant) {
        camera.close(at: now)
        finish()
    }

    /// Where the camera is.
    public var wantedConnection: StreamTarget? { camera.wantedConnection }

    /// When it wants to act next.
    public var nextDeadline: Instant? { camera.nextDeadline }

    /// The connection is there.
    public mutating func streamOpened(at now: Instant) {
        camera.streamOpened(at: now)
        takeFrames()
    }

    /// Takes in what was read.
    public mutating func receiveStream(_ bytes: RawSpan, at now: Instant) {
        camera.receiveStream(bytes, at: now)
        takeFrames()
    }

    /// The connection could not be made or has ended.
    public mutating func streamClosed(_ reason: String?, at now: Instant) {
        camera.streamClosed(reason, at: now)
        takeFrames()
    }

    /// What the camera is to be told.
    public mutating func nextStreamOutput() -> [UInt8]? { camera.nextStreamOutput() }

    /// Does all that is due.
    public mutating func advance(to now: Instant) {
        camera.advance(to: now)
        takeFrames()
    }

    /// Takes no datagrams.
    public mutating func receive(_ bytes: RawSpan, from source: Endpoint, at now: Instant) {}

    /// Sends no datagrams.
    public mutating func nextTransmit(into arena: inout SendArena) -> Transmit? { nil }

    /// The next fact for the owner.
    public mutating func nextEvent() -> RecordingEvent? {
        events.isEmpty ? nil : events.removeFirst()
    }

    private mutating func takeFrames() {
        while let event = camera.nextEvent() {
            switch event {
            case .playing(let format): begin(format)
            case .picture(let unit, let time): recording?.write(unit, time: time)
            case .sound(let frame, let time): recording?.write(frame, time: time)
            case .interrupted(let failure, _):
                finish()
                events.append(
                    .interrupted(
                        reason: failure.description, isFinal: false))
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

    private mutating func begin(_ format: CameraFormat) {
        finish()
        var sound: TrackFormat?
        switch format.audio {
        case .aac(let configuration, _): sound = .aac(configuration)
        case .opus(let channels): sound = .opus(channelCount: channels)
        case .g711: events.append(.note("MPEG-TS holds no G.711: the sound is left out"))
        case nil: break
        }
        do throws(MuxerError) {
            recording = try StreamRecording(hasPicture: true, sound: sound)
            events.append(.began)
        } catch {
            events.append(.interrupted(reason: error.description, isFinal: true))
        }
    }

    private mutating func finish() {
        guard hasRecording else { return }
        recording?.finish()
        if let bytes = recording?.nextOutput() { events.append(.data(bytes, statistics)) }
        events.append(.finished(statistics))
        recording = nil
    }

    private var hasRecording: Bool {
        switch recording {
        case .some: true
        case nil: false
        }
    }
}
