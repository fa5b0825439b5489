import Camera
import Codecs
import Muxer
import RTP
public import RTSP
public import Timing
public import Wire

/// Records one camera: an RTSP session in, the octets of files out. A camera that goes away, or sends
/// nothing for ten seconds, ends its file; when it comes back another begins.
public struct CameraRecorder: ~Copyable, RecordingEngine {
    private var camera: CameraSession
    private var recording: StreamRecording?
    private var events: [RecordingEvent] = []
    private var stall = StallWatch()
    private var intake = RecordingIntake.everything
    private let options: RecordingOptions
    private let clock: ClockMap

    /// A recorder that connects at once.
    ///
    /// - Parameters:
    ///   - configuration: Which camera, what of it.
    ///   - verifiesTLS: Whether an `rtsps` camera must prove its name: few can.
    ///   - options: How it is cut into files.
    ///   - clock: The wall clock, for cuts on it.
    public init(
        _ configuration: RTSPClientConfiguration, verifiesTLS: Bool = false,
        options: RecordingOptions, clock: ClockMap
    ) {
        camera = CameraSession(configuration, verifiesTLS: verifiesTLS)
        (self.options, self.clock) = (options, clock)
    }

    /// Ends the file and the session.
    public mutating func close(at now: Instant) {
        camera.close(at: now)
        finish()
    }

    /// Writes less from now on, or all again.
    public mutating func limit(to intake: RecordingIntake, at now: Instant) {
        self.intake = intake
        recording?.limit(to: intake)
        collect()
    }

    /// Where the camera is.
    public var wantedConnection: StreamTarget? { camera.wantedConnection }

    /// When it wants to act next.
    public var nextDeadline: Instant? {
        guard let own = stall.nextDeadline else { return camera.nextDeadline }
        return camera.nextDeadline.map { min($0, own) } ?? own
    }

    /// The connection is there.
    public mutating func streamOpened(at now: Instant) {
        camera.streamOpened(at: now)
        takeFrames(at: now)
    }

    /// Takes in what was read.
    public mutating func receiveStream(_ bytes: RawSpan, at now: Instant) {
        camera.receiveStream(bytes, at: now)
        takeFrames(at: now)
    }

    /// The connection could not be made or has ended.
    public mutating func streamClosed(_ reason: String?, at now: Instant) {
        camera.streamClosed(reason, at: now)
        takeFrames(at: now)
    }

    /// What the camera is to be told.
    public mutating func nextStreamOutput() -> [UInt8]? { camera.nextStreamOutput() }

    /// Does all that is due.
    public mutating func advance(to now: Instant) {
        camera.advance(to: now)
        takeFrames(at: now)
        switch stall.advance(to: now) {
        case .none: return
        case .stalled: events.append(.stalled(true))
        case .giveUp: recording?.finish()
        }
        collect()
    }

    /// Takes no datagrams.
    public mutating func receive(_ bytes: RawSpan, from source: Endpoint, at now: Instant) {}

    /// Sends no datagrams.
    public mutating func nextTransmit(into arena: inout SendArena) -> Transmit? { nil }

    /// The next fact for the owner.
    public mutating func nextEvent() -> RecordingEvent? {
        events.isEmpty ? nil : events.removeFirst()
    }

    private mutating func takeFrames(at now: Instant) {
        while let event = camera.nextEvent() {
            switch event {
            case .playing(let format):
                events.append(.connected(at: now))
                begin(format, at: now)
            case .picture(let unit, let time):
                frameArrived(at: now)
                recording?.write(unit, time: time)
            case .sound(let frame, let time):
                recording?.write(frame, time: time)
            case .interrupted(let failure, _):
                finish()
                events.append(.interrupted(reason: failure.description, isFinal: false))
            }
        }
        collect()
    }

    private mutating func frameArrived(at now: Instant) {
        if stall.isStalled { events.append(.stalled(false)) }
        stall.frameArrived(at: now)
    }

    private mutating func collect() {
        while let event = recording?.nextEvent() { events.append(event) }
    }

    private mutating func begin(_ format: CameraFormat, at now: Instant) {
        finish()
        stall.frameArrived(at: now)
        var sound: TrackFormat?
        switch format.audio {
        case .aac(let configuration, _): sound = .aac(configuration)
        case .opus(let channels): sound = .opus(channelCount: channels)
        case .g711(let isALaw, let rate, let channels):
            sound = .g711(isALaw: isALaw, sampleRate: rate, channelCount: channels)
        case nil: break
        }
        do throws(MuxerError) {
            recording = try StreamRecording(
                picture: .h264(parameterSets: [], framing: AccessUnit.framing), sound: sound,
                options: options, clock: clock, connection: now.nanoseconds)
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
