import Glibc
public import MediaFile
public import Pacer
import RTSP
public import Timing
import Wire

/// What one relay is to do.
public struct RelayConfiguration: Hashable, Sendable {
    /// What it is called in logs and answers.
    public var name: String
    /// The camera, `rtsp` or `rtsps`, credentials in it; or the path of a media file.
    public var source: String
    /// The WHIP endpoint.
    public var publish: String
    /// The token for it.
    public var bearer: String?
    /// Whether a media file begins again at its end.
    public var isLooped = false
    /// Whether an `rtsps` camera must prove its name with a certificate this system trusts.
    public var verifiesTLS = false
    /// Whether a server or camera that is away at the very start is waited for, as later: for one
    /// relay of many. Otherwise what has never worked has failed.
    public var isPatient = false
    /// Whether to ask for SCHED_FIFO: packets then leave on time beside other work.
    public var isRealtime = false
    /// How long a server that is found silent may take to come back before a session is begun anew.
    public var serverPatience = Interval.milliseconds(1500)
    /// By which law it paces.
    public var law = PacerConfiguration.Law.mediaClock
    /// The original law's numbers, where it is chosen.
    public var bucket = LeakyBucketConfiguration()

    /// A source to an endpoint.
    public init(name: String, source: String, publish: String, bearer: String? = nil) {
        (self.name, self.source, self.publish, self.bearer) = (name, source, publish, bearer)
    }

    /// What the source is.
    enum Source {
        case camera(RTSPURL)
        case clip(path: String)
    }

    func parsedSource() throws(RelayError) -> Source {
        let isURL = source.contains("://") && !source.hasPrefix("file://")
        guard isURL else {
            // A URL with a slip in it, and perhaps a password: it is not said again.
            if source.contains("@"), access(source, F_OK) != 0 {
                throw .malformedSource("a URL begins with its scheme and ://")
            }
            return .clip(path: source.hasPrefix("file://") ? String(source.dropFirst(7)) : source)
        }
        guard !isLooped else { throw .cannotLoop }
        do throws(ParseError) {
            return .camera(try RTSPURL(written: source))
        } catch { throw .malformedSource(RTSPURL.reason(error)) }
    }
}

/// How a relay stands.
public enum RelayCondition: Hashable, Sendable {
    /// Neither source nor server has been heard of yet.
    case connecting
    /// The server takes media.
    case publishing
    /// Source or server is away and is tried again.
    case waiting(reason: String)
    /// It cannot go on as things are.
    case failed(reason: String)
    /// A media file has been played to its end.
    case ended

    /// One word for answers.
    public var name: String {
        switch self {
        case .connecting: "connecting"
        case .publishing: "publishing"
        case .waiting: "waiting"
        case .failed: "failed"
        case .ended: "ended"
        }
    }

    /// Why it does not publish; `nil` while all is well.
    public var reason: String? {
        switch self {
        case .connecting, .publishing, .ended: nil
        case .waiting(let reason), .failed(let reason): reason
        }
    }
}

/// A session with the server, as its callers know it; no secret is in it.
public struct RelaySession: Hashable, Sendable {
    /// The number in the `o=` line of the offer.
    public var id: String
    /// The picture's track, as `msid` names it.
    public var trackName: String
}

/// Why a relay cannot be started.
public enum RelayError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The source's URL.
    case malformedSource(String)
    /// A camera is to be looped.
    case cannotLoop
    /// The source's file.
    case clip(ClipError)
    /// The endpoint's URL.
    case malformedEndpoint
    /// The kernel or OpenSSL.
    case system(String)

    /// One sentence.
    public var description: String {
        switch self {
        case .malformedSource(let reason):
            "the source must be an rtsp:// or rtsps:// URL, or a file: \(reason)"
        case .cannotLoop: "only a media file can be looped, not a camera"
        case .clip(.noH264(let path, let found)) where found.contains("hevc"):
            ClipError.noH264(path: path, found: found).description + Self.h265Advice
        case .clip(let error): error.description
        case .malformedEndpoint: "the endpoint must be an http:// or https:// URL"
        case .system(let reason): reason
        }
    }

    static let h265Advice = ": browsers take H.264 by WebRTC, set the source to that"
}
