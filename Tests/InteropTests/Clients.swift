import RTP
import Reactor
import Timing
import WebRTC
import Wire

/// A client that publishes a clip to an endpoint, round after round.
struct PublishingClient: ~Copyable {
    var driver: ClientDriver<PublishingSession>
    let calls: EndpointCalls
    private(set) var feed: ClipFeed

    init(
        _ clip: RecordedClip, to endpoint: String, bearer: String? = nil,
        from address: Endpoint = .loopback
    ) throws {
        let socket = try UDPSocket.bind(to: address)
        let identity = try ClientIdentity(socket.localEndpoint)
        let tracks = [ClientIdentity.opus, ClientIdentity.h264()].enumerated().map {
            OutgoingTrack(
                codec: $1, ssrc: UInt32(1000 + $0), retransmissionSSRC: UInt32(2000 + $0),
                streamID: "camera", trackID: "track\($0)")
        }
        let offer = Offer(sending: tracks, local: identity.local)
        var calls = EndpointCalls(endpoint, bearer: bearer, offer: offer)
        let accepted = try offer.accept(try calls.open())
        let now = Instant.now()
        let connection = try ClientConnection(
            accepted, local: identity.local.ice, context: identity.context, seed: [1], at: now)
        let senders = accepted.negotiated.sections.map {
            RTPSender($0.senderParameters(of: tracks), sequenceNumber: 30_000)
        }
        driver = ClientDriver(
            PublishingSession(
                connection, sections: accepted.negotiated.sections, senders: senders,
                clock: .now(), cname: "camera"), over: socket)
        self.calls = calls
        feed = ClipFeed(clip)
    }

    /// Waits for the handshake.
    mutating func connect() throws {
        try driver.run(seconds: 20) { $0.session.isConnected }
    }

    /// Publishes in real time.
    mutating func publish(seconds: Int64) throws {
        let end = Instant.now() + .seconds(seconds)
        while Instant.now() < end { try publishTurn() }
    }

    /// Sends what is due, and waits a few milliseconds for the server at most.
    mutating func publishTurn() throws {
        feed.send(over: &driver.session, at: .now())
        try driver.turn()
    }

    /// Says goodbye, to the endpoint and over the path; the status that the endpoint answered.
    mutating func leave() throws -> Int? {
        let status = try calls.end()
        driver.session.close(at: .now())
        try driver.turn()
        return status
    }
}

/// A client that watches what an endpoint has.
struct WatchingClient: ~Copyable {
    var driver: ClientDriver<WatchingSession>
    let calls: EndpointCalls

    /// - Parameter picture: The payload type offered for H.264.
    init(
        _ endpoint: String, from address: Endpoint = .loopback, picture: UInt8 = 96
    ) throws {
        let socket = try UDPSocket.bind(to: address)
        let identity = try ClientIdentity(socket.localEndpoint)
        let offer = Offer(
            receiving: [[ClientIdentity.opus], [ClientIdentity.h264(picture)]],
            local: identity.local)
        var calls = EndpointCalls(endpoint, bearer: nil, offer: offer)
        let accepted = try offer.accept(try calls.open())
        let connection = try ClientConnection(
            accepted, local: identity.local.ice, context: identity.context, seed: [2], at: .now())
        driver = ClientDriver(
            WatchingSession(
                connection, sections: accepted.negotiated.sections, cname: "viewer", ssrc: 77),
            over: socket)
        self.calls = calls
    }

    /// Says goodbye, to the endpoint and over the path; the status that the endpoint answered.
    mutating func leave() throws -> Int? {
        let status = try calls.end()
        driver.session.close(at: .now())
        try driver.turn()
        return status
    }

    /// The packets of a track, in order.
    func packets(track: Int) -> [ReceivedRTP] {
        var packets: [ReceivedRTP] = []
        for case .packet(let packet) in driver.events where packet.track == track {
            packets.append(packet)
        }
        return packets.sorted { $0.sequence < $1.sequence }
    }

    /// Sender reports that came.
    var clockCount: Int {
        driver.events.count { if case .clock = $0 { true } else { false } }
    }

    /// What the pictures' packets hold, from the first key frame on.
    func accessUnits() -> [AccessUnit] {
        var depacketizer = H264Depacketizer()
        var units: [AccessUnit] = []
        var last: Int64?
        for packet in packets(track: 1) where !packet.payload.isEmpty {
            let lost = last.map { Int(packet.sequence - $0) - 1 } ?? 1
            last = packet.sequence
            depacketizer.receive(
                packet.payload.span.bytes,
                at: PacketPosition(
                    timestamp: Int64(packet.timestamp), marker: packet.marker, lostBefore: lost,
                    arrival: packet.arrival))
            while let unit = depacketizer.next() { units.append(unit) }
        }
        return units
    }
}

extension Endpoint {
    /// Any port of this machine alone.
    static let loopback = Endpoint(ipv4: 0x7F00_0001, port: 0)
}
