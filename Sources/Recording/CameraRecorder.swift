import Camera
import Muxer
public import RTSP
public import Timing
public import Wire

/// Records one camera, or what sends sound alone: an RTSP session in, the octets of files out. A camera
/// that goes away, or sends nothing for ten seconds, ends its file; when it comes back another begins.
public struct CameraRecorder: ~Copyable, RecordingEngine {
    private var camera: CameraSession
    private var frames: FrameRecorder
    private var hasPicture = true

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
        frames = FrameRecorder(options: options, clock: clock)
    }

    /// Ends the file and the session.
    public mutating func close(at now: Instant) {
        camera.close(at: now)
        frames.count(camera.statistics, at: now)
        frames.finish()
    }

    /// Writes less from now on, or all again.
    public mutating func limit(to intake: RecordingIntake, at now: Instant) {
        frames.limit(to: intake)
    }

    /// Dates files by this from the next one on.
    public mutating func follow(_ clock: ClockMap) { frames.follow(clock) }

    /// Where the camera is.
    public var wantedConnection: StreamTarget? { camera.wantedConnection }

    /// When it wants to act next.
    public var nextDeadline: Instant? {
        guard let own = frames.nextDeadline else { return camera.nextDeadline }
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
        _ = frames.advance(to: now)
    }

    /// Takes no datagrams.
    public mutating func receive(_ bytes: RawSpan, from source: Endpoint, at now: Instant) {}

    /// Sends no datagrams.
    public mutating func nextTransmit(into arena: inout SendArena) -> Transmit? { nil }

    /// The next fact for the owner.
    public mutating func nextEvent() -> RecordingEvent? { frames.nextEvent() }

    private mutating func takeFrames(at now: Instant) {
        while let event = camera.nextEvent() {
            switch event {
            case .playing(let format):
                hasPicture = format.picture != nil
                frames.connected(at: now)
                frames.leftOut(format.unknownAudio)
                frames.begin(
                    picture: format.picture.map { TrackFormat($0) },
                    sound: format.audio.map { TrackFormat($0) }, at: now)
            case .picture(let unit, let time):
                frames.follow(sender: camera.senderWallClock)
                frames.write(unit, time: time, at: now)
            case .sound(let frame, let time):
                if !hasPicture { frames.follow(sender: camera.senderWallClock) }
                frames.write(frame, time: time, isAlone: !hasPicture, at: now)
            case .interrupted(let failure, _):
                frames.count(camera.statistics, at: now)
                frames.interrupt(failure.description)
            }
        }
        if frames.isCountDue(at: now) { frames.count(camera.statistics, at: now) }
    }
}
