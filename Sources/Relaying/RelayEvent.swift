public import Pacer
public import WebRTC

/// What a relay's engine tells its owner, in order.
public enum RelayEvent: Sendable {
    /// The camera plays, and this is what can be offered to a server: `publish` wants to be called.
    case ready(RelayFormat)
    /// The server takes media.
    case connected
    /// The server has said nothing for five seconds, and is sent to all the same; then it speaks again.
    case silent(Bool)
    /// The session with the server is over; `publish` wants to be called again.
    case unpublished(PeerConnection.CloseReason)
    /// The camera is away; it is tried again, seldom where another attempt may well end the same
    /// way.
    case interrupted(reason: String, isTransient: Bool)
    /// The camera plays, at last or again.
    case resumed
    /// What cannot be relayed at all: another attempt would end the same way.
    case unsuitable(reason: String)
    /// A clip's next samples are to be supplied.
    case samplesWanted
    /// A clip has been played to its end.
    case finished
    /// What is left out of the source, for a log.
    case note(String)

    var isOfServer: Bool {
        switch self {
        case .connected, .silent, .unpublished: true
        case .ready, .interrupted, .resumed, .unsuitable, .samplesWanted, .finished, .note: false
        }
    }
}

/// What a relay can offer of its source.
public struct RelayFormat: Hashable, Sendable {
    /// SDP's `profile-level-id`, from the stream's own parameter set.
    public var profileLevelID: String
    /// Whether there is sound, as Opus.
    public var hasSound: Bool
}

/// How a relay fares.
public struct RelayStatistics: Sendable {
    /// What the pacer did.
    public var pacer = PacerStatistics()
    /// What went to the server and came back; `nil` before the first session.
    public var publishing: PublishingStatistics?
    /// Whether the server takes media now.
    public var isConnected = false
    /// Whether the camera plays now.
    public var isPlaying = false
    /// Pictures and frames of sound that came from the camera.
    public var receivedFrames: UInt64 = 0
    /// Times the camera went away.
    public var cameraInterruptions: UInt64 = 0

    /// Nothing yet.
    public init() {}
}
