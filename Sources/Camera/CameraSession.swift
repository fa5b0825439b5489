import Codecs
public import RTP
public import RTSP
public import Timing

/// One camera over RTSP, as frames on one time line, without I/O: it connects, plays, and connects
/// again when the camera goes away.
///
/// The stream half of a `StreamEngine`; the owner lends it to its loop.
public struct CameraSession: ~Copyable {
    /// What the owner is told.
    public enum Event: Hashable, Sendable {
        /// Frames follow, from a beginning of their own.
        case playing(CameraFormat)
        /// A picture, at its media time.
        case picture(AccessUnit, time: Interval)
        /// A frame of sound, at its media time.
        case sound(AudioFrame, time: Interval)
        /// The camera is away; it is tried again after `wait`.
        case interrupted(CameraFailure, wait: Interval)
    }

    /// Where it wants to be connected to.
    public private(set) var wantedConnection: StreamTarget?

    private let configuration: RTSPClientConfiguration
    private let security: StreamTarget.Security
    private var client: RTSPClient
    private var tracks = CameraTracks()
    private var events: [Event] = []
    private var position = 0
    private var backOff: BackOff
    private var retryTime: Instant?
    private var attempt = 0
    private var isOver = false
    /// The encodings of sound that the camera has described.
    private var offeredAudio: [String] = []

    /// A camera that is connected to at once.
    ///
    /// - Parameters:
    ///   - configuration: Which camera, what of it.
    ///   - verifiesTLS: Whether an `rtsps` camera must prove its name: few can.
    public init(_ configuration: RTSPClientConfiguration, verifiesTLS: Bool = false) {
        self.configuration = configuration
        security = verifiesTLS ? .verifiedTLS : .anyTLS
        client = RTSPClient(configuration)
        backOff = BackOff(seed: configuration.seed)
        wantedConnection = target(configuration.url)
    }

    private func target(_ url: RTSPURL) -> StreamTarget {
        StreamTarget(
            host: url.host, port: url.port, security: url.isSecure ? security : .none,
            attempt: attempt)
    }

    /// When `advance` wants to be called next.
    public var nextDeadline: Instant? {
        guard let own = retryTime else { return client.nextDeadline }
        return client.nextDeadline.map { min($0, own) } ?? own
    }

    /// Connects again when it is time, and keeps the session alive.
    public mutating func advance(to now: Instant) {
        client.advance(to: now)
        takeEvents(at: now)
        guard let due = retryTime, due <= now, !isOver else { return }
        retryTime = nil
        attempt += 1
        client = RTSPClient(configuration)
        wantedConnection = target(configuration.url)
    }

    /// The next fact for the owner.
    public mutating func nextEvent() -> Event? {
        guard position < events.count else {
            events.removeAll(keepingCapacity: true)
            position = 0
            return nil
        }
        defer { position += 1 }
        return events[position]
    }

    /// What has come since the camera last began to play, and what was lost.
    public var statistics: SourceStatistics { tracks.statistics }

    /// Nanoseconds since 1970 at media time zero, by the camera's own reports; `nil` before it has made any.
    public var senderWallClock: Int64? { tracks.senderWallClock }

    /// Ends the session for good; the camera is told.
    public mutating func close(at now: Instant) {
        isOver = true
        retryTime = nil
        client.close(at: now)
        takeEvents(at: now)
    }
}

/// Why a camera is away.
public enum CameraFailure: Error, Hashable, Sendable {
    /// No connection to a host and its port, with the kernel's or TLS's reason.
    case unreachable(host: String, reason: String)
    /// The camera, or what it sent.
    case camera(RTSPError)

    /// Whether the same URL may do another time: not a wrong password, not a missing path.
    public var isTransient: Bool {
        switch self {
        case .unreachable: true
        case .camera(let error):
            switch error {
            case .credentialsNeeded, .wrongCredentials, .unsupportedAuthentication, .notFound,
                .noTrack, .notRTSP, .passwordWouldLeak:
                false
            case .refused, .invalidDescription, .timedOut, .sessionLost, .closedByServer,
                .connectionClosed, .noMedia, .tooManyRedirections, .badRedirection, .tooLarge,
                .malformed, .stepLost:
                true
            }
        }
    }
}

extension CameraFailure: CustomStringConvertible {
    /// One line; no password is in it.
    public var description: String {
        switch self {
        case .unreachable(let host, let reason): "cannot connect to \(host): \(reason)"
        case .camera(let error): error.description
        }
    }
}

// MARK: The stream

extension CameraSession {
    /// The connection is there.
    public mutating func streamOpened(at now: Instant) {
        client.start(at: now)
        takeEvents(at: now)
    }

    /// Takes in what was read.
    public mutating func receiveStream(_ bytes: RawSpan, at now: Instant) {
        client.receive(bytes, at: now)
        takeEvents(at: now)
    }

    /// The connection could not be made or has ended.
    public mutating func streamClosed(_ reason: String?, at now: Instant) {
        guard !isOver, retryTime == nil else { return }
        if let reason {
            lose(.unreachable(host: wantedConnection?.place ?? "", reason: reason), at: now)
        } else {
            client.connectionClosed(at: now)
            takeEvents(at: now)
            if retryTime == nil { lose(.camera(.connectionClosed), at: now) }
        }
    }

    /// What is to be sent over the stream.
    public mutating func nextStreamOutput() -> [UInt8]? { client.nextOutput() }

    private mutating func takeEvents(at now: Instant) {
        while let event = client.nextEvent() {
            switch event {
            case .described(let description):
                offeredAudio = TrackSelection.offered(.audio, in: description)
            case .skipped: continue
            case .redirected(let url):
                attempt += 1
                wantedConnection = target(url)
            case .playing(let list):
                backOff.succeeded()
                tracks = CameraTracks(list)
                events.append(.playing(CameraFormat(list, offered: offeredAudio)))
            case .packet(let packet):
                tracks.receive(
                    client.bytes(of: packet), track: packet.track, isRTCP: packet.isRTCP, at: now)
                while let frame = tracks.next() { events.append(frame) }
            case .ended(let error?): lose(.camera(error), at: now)
            case .ended(nil): wantedConnection = nil
            }
        }
    }

    private mutating func lose(_ failure: CameraFailure, at now: Instant) {
        guard !isOver else { return wantedConnection = nil }
        let wait = failure.isTransient ? backOff.next() : Self.patientWait
        retryTime = now + wait
        events.append(.interrupted(failure, wait: wait))
    }

    /// A password is not tried often: cameras lock accounts.
    private static let patientWait = Interval.seconds(60)
}

extension StreamTarget {
    /// The host with its port.
    fileprivate var place: String { (host.contains(":") ? "[\(host)]" : host) + ":\(port)" }
}
