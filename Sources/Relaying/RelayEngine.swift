import Audio
import Camera
import Codecs
public import MediaFile
public import Pacer
import RTP
public import RTSP
public import Timing
import WebRTC
public import Wire

/// One camera or clip to one server: paced on one clock, WebRTC out. A `StreamEngine` without I/O.
///
/// The owner agrees on the session with the server (WHIP) when told that the source is `ready`, and
/// hands it in by `publish`. What a camera sends before is let go, a clip waits; the first picture
/// sent is a key frame. A clip's samples come from the owner, by `supply`.
public struct RelayEngine: ~Copyable, StreamEngine {
    var camera: CameraSession?
    var clip: ClipPlay?
    var publishing: PublishingSession?
    var pacer: PacedSession
    private let law: PacerConfiguration.Law
    let pictureTrack: Int
    let soundTrack: Int
    var packetizer = H264Packetizer(payloadType: 0, ssrc: 0, sequenceNumber: 0)
    var batch = PacketBatch()
    var store = PayloadStore()
    var sound: RelaySound?
    var reordering = ReorderingDetector()
    var format: RelayFormat?
    var hasSound = false
    var isAwaitingKeyframe = true
    var pictureLine = WireTimeline(clockRate: 90_000)
    var soundLine = WireTimeline(clockRate: 48_000)
    var isRefused = false
    var origin: Instant?  // of the camera's time line
    var lastTie: [Interval] = [.seconds(-10), .seconds(-10)]
    var counts = RelayStatistics()
    var events: [RelayEvent] = []
    var clipFailure: ClipError?
    var lastSound: (timestamp: UInt32, time: Interval)?

    /// A relay that connects to its camera at once.
    public init(
        _ configuration: RTSPClientConfiguration, pacing: PacerConfiguration,
        verifiesTLS: Bool = false
    ) {
        self.init(pacing)
        camera = CameraSession(configuration, verifiesTLS: verifiesTLS)
    }

    /// A relay of a clip, whose samples are wanted at once.
    public init(_ clip: ClipFormat, pacing: PacerConfiguration) {
        self.init(pacing)
        self.clip = ClipPlay(clip)
        for name in clip.leftOut { events.append(.note("left out of the clip: \(name)")) }
        begin(CameraFormat(clip))
        counts.isPlaying = false
    }

    private init(_ pacing: PacerConfiguration) {
        pacer = PacedSession(pacing)
        law = pacing.law
        pictureTrack = pacer.addTrack(.video, clockRate: 90_000)
        soundTrack = pacer.addTrack(.audio, clockRate: 48_000)
    }

    /// Ends both sessions, telling the camera and the server.
    public mutating func close(at now: Instant) {
        camera?.close(at: now)
        publishing?.close(at: now)
    }

    /// How it fares.
    public func statistics() -> RelayStatistics {
        var statistics = counts
        statistics.pacer = pacer.statistics
        switch publishing {
        case .some(let session):
            statistics.publishing = session.statistics
            statistics.isConnected = session.isHeard
        case nil: break
        }
        return statistics
    }
}

// MARK: Engine

extension RelayEngine {
    /// Where the camera is.
    public var wantedConnection: StreamTarget? {
        switch camera {
        case .some(let camera): camera.wantedConnection
        case nil: nil
        }
    }

    /// The connection to the camera is there.
    public mutating func streamOpened(at now: Instant) {
        camera?.streamOpened(at: now)
        takeFrames(at: now)
    }

    /// Takes in what the camera sent.
    public mutating func receiveStream(_ bytes: RawSpan, at now: Instant) {
        camera?.receiveStream(bytes, at: now)
        takeFrames(at: now)
    }

    /// The connection to the camera could not be made or has ended.
    public mutating func streamClosed(_ reason: String?, at now: Instant) {
        camera?.streamClosed(reason, at: now)
        takeFrames(at: now)
    }

    /// What the camera is to be told.
    public mutating func nextStreamOutput() -> [UInt8]? { camera?.nextStreamOutput() }

    /// Takes in one datagram of the server's.
    public mutating func receive(_ bytes: RawSpan, from source: Endpoint, at now: Instant) {
        publishing?.receive(bytes, from: source, at: now)
        takePublishingEvents()
    }

    /// Does all that is due: above all, sends what is.
    public mutating func advance(to now: Instant) {
        camera?.advance(to: now)
        playClip(at: now)
        takeFrames(at: now)
        publishing?.advance(to: now)
        takePublishingEvents()
        pacer.advance(to: now)
        while let departure = pacer.nextDeparture() { depart(departure, at: now) }
        finishClip(at: now)
    }

    /// When it wants to act next.
    public var nextDeadline: Instant? {
        var earliest = cameraDeadline
        for own in [clip?.nextDeadline, pacer.nextDeadline, publishingDeadline] {
            if let own { earliest = earliest.map { min($0, own) } ?? own }
        }
        return earliest
    }

    private var cameraDeadline: Instant? {
        switch camera {
        case .some(let camera): camera.nextDeadline
        case nil: nil
        }
    }

    /// What it has to send.
    public mutating func nextTransmit(into arena: inout SendArena) -> Transmit? {
        publishing?.nextTransmit(into: &arena)
    }

    /// The next fact for the owner.
    public mutating func nextEvent() -> RelayEvent? {
        events.isEmpty ? nil : events.removeFirst()
    }
}
