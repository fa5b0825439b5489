import Ciphers
import RTP
import SDP
public import SFU
public import Timing
public import WebRTC
public import Wire

/// The server of a room, one client that publishes there and one that watches, each at an address of its
/// own: the sessions that they begin, for whoever carries their datagrams.
public struct RoomClients {
    /// Where the server is.
    public static let server = Endpoint(ipv4: 0xC000_0201, port: 40_000)
    /// Where who publishes is.
    public static let publisher = Endpoint(ipv4: 0xC633_6401, port: 5000)
    /// Where who watches is.
    public static let watcher = Endpoint(ipv4: 0xC633_6402, port: 5000)

    private let clock: ClockMap
    private let context: DTLSContext

    /// Clients that share a certificate.
    ///
    /// - Parameter clock: The server's wall clock.
    public init(clock: ClockMap) throws {
        self.clock = clock
        context = try DTLSContext(certificate: Certificate())
    }

    /// The server, with nobody in its room.
    public func makeWorker() throws -> Worker {
        Worker(
            WorkerConfiguration(
                candidates: [Self.server],
                security: .dtls(try DTLSContext(certificate: Certificate())), clock: clock,
                seed: [1]))
    }

    /// A session that sends a track of each codec.
    ///
    /// - Parameters:
    ///   - rejected: The track that is not agreed on.
    ///   - patience: How long a silent server is put up with.
    ///   - clock: The sender's wall clock, where it is not the server's.
    public func publish(
        _ codecs: [NegotiatedCodec], in worker: inout Worker, rejecting rejected: Int? = nil,
        patience: Interval? = nil, clock: ClockMap? = nil, at now: Instant
    ) throws -> PublishingSession {
        let tracks = codecs.enumerated().map {
            OutgoingTrack(
                codec: $1, ssrc: UInt32($0 + 1), retransmissionSSRC: UInt32($0 + 11),
                streamID: "camera", trackID: "track\($0)")
        }
        let local = local("publ")
        let offer = Offer(sending: tracks, local: local)
        let answer = try worker.publish(offer.description, room: "room", peer: "camera", at: now)
        var accepted = try offer.accept(answer.description)
        accepted.negotiated.sections.removeAll { $0.track == rejected }
        let sections = accepted.negotiated.sections
        let connection = try ClientConnection(
            accepted, local: local.ice, context: context, seed: [2], patience: patience, at: now)
        return PublishingSession(
            connection, sections: sections,
            senders: sections.map { section in
                RTPSender(section.senderParameters(of: tracks), sequenceNumber: 60_000)
            }, clock: clock ?? self.clock, cname: "camera")
    }

    /// What the server answers to a client that wants a track of each codec.
    ///
    /// - Parameter wantsTrueTimes: Whether sender reports are to tell the publisher's clock.
    public func ask(
        for codecs: [NegotiatedCodec], wantsTrueTimes: Bool = false, of worker: inout Worker,
        at now: Instant
    ) throws -> Offer.Accepted {
        var offer = Offer(receiving: codecs.map { [$0] }, local: local("view"))
        if wantsTrueTimes { offer.askForTrueTimes() }
        let answer = try worker.subscribe(
            offer.description, room: "room", peer: "viewer", to: nil, at: now)
        return try offer.accept(answer.description)
    }

    /// A session that receives what was answered.
    public func watch(
        _ accepted: Offer.Accepted, patience: Interval? = nil, at now: Instant
    ) throws -> WatchingSession {
        let connection = try ClientConnection(
            accepted, local: local("view").ice, context: context, seed: [4], patience: patience,
            at: now)
        return WatchingSession(
            connection, sections: accepted.negotiated.sections, cname: "viewer", ssrc: 77)
    }

    private func local(_ name: String) -> LocalDescription {
        LocalDescription(
            ice: ICECredentials(ufrag: name, password: "clientclientclientclient"),
            fingerprint: context.certificate.fingerprint.attribute, candidates: [], sessionID: 1)
    }
}
