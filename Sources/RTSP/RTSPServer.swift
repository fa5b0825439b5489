import Ciphers
public import Timing
import Wire

/// The server of one connection, without any I/O: it describes, sets up and plays what it was
/// given, over the connection itself.
///
/// It is driven as `RTSPClient` is: octets and time in, then `nextOutput` and `nextEvent` until
/// `nil`. While a client plays, the owner hands packets to `send`.
public struct RTSPServer: ~Copyable {
    enum State: Equatable {
        case open
        case playing
        case ended
    }

    let configuration: RTSPServerConfiguration
    var state = State.open
    var stream = RTSPStream()
    var authentication: ServerAuthentication
    var random: SeededRandom
    var session: SessionHeader?
    var mount: RTSPMount?
    var tracks: [Track] = []
    var channels = ChannelTable()
    var starts: [Int: StreamStart] = [:]  // by section
    var lastSign: Instant?  // of life, since there is a session

    var output: [UInt8] = []
    var events: [RTSPServerEvent] = []
    var eventPosition = 0

    /// Packets not taken because too many wait to be sent.
    public private(set) var droppedPacketCount = 0

    /// A section that is set up.
    struct Track {
        let section: Int
        let rtp: UInt8
        let rtcp: UInt8
        let url: String
    }

    /// A server for a connection that was just accepted.
    public init(_ configuration: RTSPServerConfiguration) {
        self.configuration = configuration
        authentication = ServerAuthentication(configuration)
        random = SeededRandom(seed: configuration.seed)
    }

    /// Whether all is over.
    public var isEnded: Bool { state == .ended }
}

// MARK: In

extension RTSPServer {
    /// Takes in what was read from the connection.
    public mutating func receive(_ bytes: RawSpan, at now: Instant) {
        guard !isEnded else { return }
        let isDrained = eventPosition == events.count
        if isDrained {
            events.removeAll(keepingCapacity: true)
            eventPosition = 0
        } else if stream.heldByteCount > Self.waitingLimit {
            return finish(.tooLarge(part: "heap of packets", limit: Self.waitingLimit))
        }
        stream.receive(bytes, keepingFrames: !isDrained)
        do {
            while let item = try stream.next() {
                if session != nil { lastSign = now }
                switch item {
                case .request(let request): answer(request, at: now)
                case .frame(let frame):
                    guard let place = channels[frame.channel] else { continue }
                    events.append(
                        .packet(
                            RTSPPacket(
                                track: tracks[place.track].section, isRTCP: place.isRTCP,
                                frame: frame)))
                case .response, .skipped: continue
                }
                if isEnded { return }
            }
        } catch { finish(error) }
    }

    /// Ends a session that gave no sign of life for too long.
    public mutating func advance(to now: Instant) {
        guard let nextDeadline, nextDeadline <= now else { return }
        finish(.timedOut(method: .getParameter))
    }

    /// The connection ended.
    public mutating func connectionClosed() { finish(.connectionClosed) }

    /// Ends the session from this side.
    public mutating func close() {
        guard !isEnded else { return }
        if let session, let mount {
            var request = RTSPRequest(.teardown, uri: mount.path)
            request.headers.append("CSeq", "1")
            request.headers.append("Session", session.id)
            output += request.bytes
        }
        finish(nil)
    }

    /// Takes a packet of a section, to go out as a frame.
    ///
    /// - Returns: `false` when nobody plays the section, or too much waits to be sent: the packet is
    ///   then dropped.
    @discardableResult
    public mutating func send(_ packet: RawSpan, track section: Int, isRTCP: Bool = false) -> Bool {
        guard state == .playing, let track = tracks.first(where: { $0.section == section }) else {
            return false
        }
        guard output.count + packet.byteCount <= Self.waitingLimit else {
            droppedPacketCount += 1
            return false
        }
        return InterleavedFrame.append(
            packet, channel: isRTCP ? track.rtcp : track.rtp, to: &output)
    }

    /// Tells clients that will play where a section's packets begin.
    public mutating func setStart(of section: Int, sequenceNumber: UInt16, timestamp: UInt32) {
        guard (0..<Self.sectionLimit).contains(section) else { return }
        starts[section] = StreamStart(
            url: "", sequenceNumber: sequenceNumber, timestamp: timestamp)
    }

    private static let sectionLimit = 64
    static let waitingLimit = 1_048_576  // octets that wait for nextOutput, or for nextEvent
}

// MARK: Out

extension RTSPServer {
    /// When `advance` wants to be called next; `nil` when nothing is pending.
    public var nextDeadline: Instant? {
        guard let session, let lastSign, !isEnded else { return nil }
        return lastSign + .seconds(session.timeout)
    }

    /// What is to be sent now, whole; `nil` when there is nothing.
    public mutating func nextOutput() -> [UInt8]? {
        guard !output.isEmpty else { return nil }
        defer { output = [] }
        return output
    }

    /// The next fact for the owner, in the order they happened.
    public mutating func nextEvent() -> RTSPServerEvent? {
        guard eventPosition < events.count else { return nil }
        defer { eventPosition += 1 }
        return events[eventPosition]
    }

    /// A packet's octets, until the next `receive`; empty from then on.
    @_lifetime(borrow self)
    public func bytes(of packet: RTSPPacket) -> RawSpan {
        _overrideLifetime(stream.bytes(of: packet.frame), borrowing: self)
    }

    mutating func finish(_ error: RTSPError?) {
        guard !isEnded else { return }
        events.append(.ended(error))
        state = .ended
    }
}
