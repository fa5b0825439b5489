public import Timing
import Wire

/// A client of one camera, without any I/O: it sets up the chosen tracks over the RTSP connection
/// itself, plays them, keeps the session alive and ends it (RFC 2326).
///
/// The owner opens a connection (TCP, or TLS for `rtsps`) to `url`'s host and port and calls
/// `start`; hands in what it reads; after each call sends what `nextOutput` gives and takes what
/// `nextEvent` gives, both until `nil`; and calls `advance` at `nextDeadline`. Packets are lent from
/// the buffer that `receive` filled, so they are to be taken before it is called again.
public struct RTSPClient: ~Copyable {
    /// ```
    /// idle ─start▶ opening ─PLAY answered▶ playing ─close▶ closing ─▶ ended
    ///                 │▲                                              ▲
    ///            3xx  ▼│ start                      any failure ──────┘
    ///              redirecting
    /// ```
    enum State {
        case idle
        case opening
        case redirecting
        case playing
        case closing(limit: Instant)
        case ended
    }

    /// The camera: what was configured, or where it has redirected to.
    public internal(set) var url: RTSPURL
    /// The tracks that are set up, in the order of their packets' indices.
    public internal(set) var tracks: [RTSPTrack] = []
    /// Octets of the stream that were skipped to find step again.
    public internal(set) var skippedByteCount = 0
    /// Packets that were never handed out, for they were not taken in time.
    public internal(set) var droppedPacketCount = 0

    let configuration: RTSPClientConfiguration
    var state = State.idle
    var stream = RTSPStream()
    var authentication: ClientAuthentication
    var exchanges: [Exchange] = []
    var lastSequence = 0
    var redirectionCount = 0
    var hasReopened = false
    var session: SessionHeader?
    var publicMethods: [RTSPMethod] = []
    var plan = SetupPlan()
    var channels = ChannelTable()

    var output: [UInt8] = []
    var events: [RTSPEvent] = []
    var eventPosition = 0

    var keepAliveTime: Instant?
    var keepAliveMethod = RTSPMethod.options
    var reportTime: Instant?
    var lastPacketTime: Instant?
    let report: [UInt8]

    /// A client that waits for its connection.
    public init(_ configuration: RTSPClientConfiguration) {
        self.configuration = configuration
        url = configuration.url
        authentication = ClientAuthentication(
            credentials: configuration.url.credentials, seed: configuration.seed)
        report = emptyReport(seed: configuration.seed)
    }

    /// Whether all is over.
    public var isEnded: Bool {
        switch state {
        case .ended: true
        case .idle, .opening, .redirecting, .playing, .closing: false
        }
    }
}

// MARK: In

extension RTSPClient {
    /// The connection to `url` is open: asks for what the camera can do.
    public mutating func start(at now: Instant) {
        switch state {
        case .idle, .redirecting: break
        case .opening, .playing, .closing, .ended: return
        }
        stream = RTSPStream()
        if !hasReopened { authentication.reset() }
        state = .opening
        send(.options, RTSPRequest(.options, uri: url.text), at: now)
    }

    /// Takes in what was read from the connection; the octets are copied once.
    public mutating func receive(_ bytes: RawSpan, at now: Instant) {
        switch state {
        case .idle, .redirecting, .ended: return
        case .opening, .playing, .closing: break
        }
        var isDrained = eventPosition == events.count
        if isDrained {
            events.removeAll(keepingCapacity: true)
            eventPosition = 0
        } else if stream.heldByteCount > Self.heldLimit {
            dropPackets()
            isDrained = true
        }
        stream.receive(bytes, keepingFrames: !isDrained)
        do {
            while let item = try stream.next() {
                take(item, at: now)
                if isEnded || isRedirecting { return }
            }
        } catch { fail(error) }
    }

    /// Sends an RTCP packet of the caller's to a track's sender.
    public mutating func sendRTCP(_ packet: RawSpan, track: Int) {
        switch state {
        case .playing: break
        case .idle, .opening, .redirecting, .closing, .ended: return
        }
        guard tracks.indices.contains(track), output.count < Self.outputLimit else { return }
        InterleavedFrame.append(packet, channel: tracks[track].rtcpChannel, to: &output)
    }

    private mutating func take(_ item: RTSPStream.Item, at now: Instant) {
        switch item {
        case .frame(let frame):
            guard let place = channels[frame.channel], frame.byteCount > 0 else { return }
            lastPacketTime = now
            if case .closing = state { return }
            events.append(
                .packet(RTSPPacket(track: place.track, isRTCP: place.isRTCP, frame: frame)))
        case .response(let response): take(response, at: now)
        case .request(let request): answer(request)
        case .skipped(let count):
            skippedByteCount += count
            events.append(.skipped(byteCount: count))
        }
    }

    var isRedirecting: Bool {
        switch state {
        case .redirecting: true
        case .idle, .opening, .playing, .closing, .ended: false
        }
    }

    private mutating func dropPackets() {
        let waiting = events[eventPosition...]
        events = waiting.filter { event in
            switch event {
            case .packet:
                droppedPacketCount += 1
                return false
            case .skipped: return false  // counted already
            case .redirected, .described, .playing, .ended: return true
            }
        }
        eventPosition = 0
    }

    static let heldLimit = 1_048_576  // octets that wait for nextEvent
    static let outputLimit = 262_144  // octets that wait for nextOutput
}

// MARK: Out

extension RTSPClient {
    /// What is to be sent now, whole; `nil` when there is nothing.
    public mutating func nextOutput() -> [UInt8]? {
        guard !output.isEmpty else { return nil }
        defer { output = [] }
        return output
    }

    /// The next fact for the owner, in the order they happened.
    public mutating func nextEvent() -> RTSPEvent? {
        guard eventPosition < events.count else { return nil }
        defer { eventPosition += 1 }
        return events[eventPosition]
    }

    /// A packet's octets, until the next `receive`; empty from then on.
    @_lifetime(borrow self)
    public func bytes(of packet: RTSPPacket) -> RawSpan {
        _overrideLifetime(stream.bytes(of: packet.frame), borrowing: self)
    }
}
