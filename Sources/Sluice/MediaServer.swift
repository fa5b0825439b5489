import Ciphers
import Reactor
import SDP
public import SFU
import Timing
public import WebRTC
public import Wire

/// An SFU inside your process: offers in, answers out, media on threads of its own.
///
/// ```swift
/// let server = try MediaServer(MediaServerConfiguration())
/// let session = try await server.publish(offer: offer, room: "demo", peer: "alice")
/// send(session.answer)
/// for await event in server.events { print(event) }
/// ```
///
/// Who owns which thread: each worker runs on one thread that the server starts and `stop` joins.
/// Media leaves it through a pipe alone, to a branch of its room on another worker, where a room has
/// more viewers than one takes. Every method may be called from anywhere; it posts to a worker
/// and suspends, without blocking a thread, until the worker has answered between two turns,
/// usually within a millisecond. Events arrive on whatever task reads them.
public final class MediaServer: Sendable {
    let workers: [RunningWorker]
    let placement: Placement
    private let broadcast = EventBroadcast()

    /// A session just agreed on.
    public struct Session: Sendable {
        /// Names the session in later calls.
        public var id: String
        /// Changes with every ICE restart.
        public var entityTag: String
        /// The SDP to send back.
        public var answer: String
    }

    /// Opens the sockets and starts the threads.
    ///
    /// - Throws: `MediaServerError` naming the address that cannot be listened on.
    public init(_ configuration: MediaServerConfiguration) throws(MediaServerError) {
        guard configuration.sealing.isAvailable else { throw .cannotSeal(configuration.sealing) }
        let context = try Self.makeContext(configuration.profiles)
        let broadcast = self.broadcast
        let count = max(configuration.workers, 1)
        let placement = Placement(loopCount: count, viewerBound: configuration.viewersPerLoop)
        let pipes = try Self.makePipes(count)
        var workers: [RunningWorker] = []
        for index in 0..<count {
            let launch = WorkerLaunch(
                configuration, index: index, context: context, pipes: pipes)
            do throws(MediaServerError) {
                workers.append(
                    try launch.start {
                        if placement.admits($0, from: index) { broadcast.send($0) }
                    })
            } catch {
                let started = workers
                Task { for worker in started { await worker.loop.stop() } }
                throw error
            }
        }
        self.workers = workers
        self.placement = placement
        watchEndings()
    }

    /// Which workers have ended, counted from 0: by `stop`, or because the kernel refused them. Rooms at
    /// home there answer `stopped`.
    public var endedWorkers: [Int] { workers.indices.filter { workers[$0].loop.hasEnded } }

    /// A worker that the kernel has ended is told of to the others, which pipe nothing to it any more;
    /// what it cannot tell itself, that its sessions are over, is told for it.
    private func watchEndings() {
        for (index, worker) in workers.enumerated() {
            let others = workers.indices.filter { $0 != index }.map { workers[$0].loop }
            Task { [placement, broadcast] in
                guard await worker.loop.ended() != nil else { return }
                for other in others { other.post { $0.loopEnded(index, at: $1) } }
                for event in placement.loopEnded(index) { broadcast.send(event) }
            }
        }
    }

    /// Everything that happens from now on, in each room in order. Every call gets a stream of its
    /// own; one that is not read keeps the newest thousand.
    public var events: AsyncStream<WorkerEvent> { broadcast.stream() }

    /// The addresses media is received on, one for each worker.
    public var listening: [Endpoint] { workers.map(\.loop.report.localEndpoint) }

    /// The addresses that answers announce as candidates.
    public var candidates: [Endpoint] { workers.flatMap(\.candidates) }

    /// Ends every session and every thread; streams of events end, later calls throw.
    public func stop() async {
        for worker in workers {
            worker.loop.post { worker, now in worker.closeAllSessions(at: now) }
            await worker.loop.stop()
        }
        broadcast.finish()
    }

    private static func makeContext(
        _ profiles: [SRTPProfile]
    ) throws(MediaServerError) -> DTLSContext {
        do {
            return try DTLSContext(certificate: Certificate(), profiles: profiles)
        } catch {
            throw .cannotMakeCertificate(error.description)
        }
    }

    private static func makePipes(_ loopCount: Int) throws(MediaServerError) -> LoopPipes? {
        guard loopCount > 1 else { return nil }
        do throws(SystemError) {
            return try LoopPipes(loopCount: loopCount)
        } catch {
            throw .cannotListen(error.description)
        }
    }

    /// Runs `body` on the worker where the room is at home, and gives back what it returns or throws.
    func onWorker<T: Sendable>(
        of room: String,
        _ body: @escaping @Sendable (inout Worker, Instant) throws(SessionError) -> T
    ) async throws(SessionError) -> T {
        try await onWorker(placement.home(of: room), body)
    }

    /// Runs `body` on one worker and gives back what it returns or throws.
    func onWorker<T: Sendable>(
        _ index: Int,
        _ body: @escaping @Sendable (inout Worker, Instant) throws(SessionError) -> T
    ) async throws(SessionError) -> T {
        let result: Result<T, SessionError>
        do throws(MailboxRefusal) {
            result = try await workers[index].loop.run { worker, now in
                do throws(SessionError) {
                    return .success(try body(&worker, now))
                } catch {
                    return .failure(error)
                }
            }
        } catch {
            throw error == .full ? .busy : .stopped
        }
        return try result.get()
    }
}

// MARK: Sessions and rooms

extension MediaServer {
    /// Takes in what a peer offers to send. An unknown peer joins with the session.
    public func publish(
        offer: String, room: String, peer: String
    ) async throws(SessionError) -> Session {
        let offer = try Self.parse(offer)
        let (placement, home) = (placement, placement.home(of: room))
        let answer = try await onWorker(home) { worker, now throws(SessionError) in
            let answer = try worker.publish(offer, room: room, peer: peer, at: now)
            placement.sit(answer.id, of: peer, on: home, in: room, isViewer: false)
            return answer
        }
        return Session(answer)
    }

    /// Sends a peer what the room's producers send.
    ///
    /// `source` is the producing peer to watch, or `nil` for the first that there is; `patience` is how
    /// long to wait for somebody to produce, if nobody does yet.
    public func subscribe(
        offer: String, room: String, peer: String, to source: String? = nil,
        waiting patience: Duration = .zero
    ) async throws(SessionError) -> Session {
        let offer = try Self.parse(offer)
        let happenings = events  // from before the first try, so that no producer is missed
        do throws(SessionError) {
            return try await subscribe(offer, room, peer, source)
        } catch .nothingToConsume where patience > .zero {
            await Self.firstProducer(in: room, of: source, among: happenings, within: patience)
            return try await subscribe(offer, room, peer, source)
        }
    }

    private func subscribe(
        _ offer: SessionDescription, _ room: String, _ peer: String, _ source: String?
    ) async throws(SessionError) -> Session {
        let (placement, loop) = (placement, placement.takeViewer(of: room))
        let subscribe = { @Sendable (worker: inout Worker, now: Instant) throws(SessionError) in
            let answer = try worker.subscribe(offer, room: room, peer: peer, to: source, at: now)
            placement.sit(answer.id, of: peer, on: loop, in: room, isViewer: true)
            return Session(answer)
        }
        do throws(SessionError) {
            for _ in 0..<Self.branchTries {
                do throws(SessionError) {
                    return try await onWorker(loop, subscribe)
                } catch .nothingToConsume where loop != placement.home(of: room) {
                    try await openBranch(of: room, on: loop, toWatch: source)
                }
            }
            return try await onWorker(loop, subscribe)
        } catch {
            placement.giveBack(loop, of: room)
            throw error
        }
    }

    private static let branchTries = 2  // the last viewer of one just opened may leave before us

    /// Has a room go on on another loop, and returns once that loop will know of it before it hears
    /// anything that follows.
    private func openBranch(
        of room: String, on loop: Int, toWatch source: String?
    ) async throws(SessionError) {
        try await onWorker(of: room) { worker, now throws(SessionError) in
            try worker.openBranch(ofRoom: room, on: loop, toWatch: source, at: now)
        }
        // The turn that ran this has ended, and left all it told in the pipe, when the next begins.
        let isTold = try await onWorker(of: room) { worker, _ in
            !worker.hasRefusedFrames(for: loop)
        }
        guard isTold else { throw .busy }
    }

    private static func firstProducer(
        in room: String, of source: String?, among events: AsyncStream<WorkerEvent>,
        within patience: Duration
    ) async {
        await withTaskGroup { group in
            group.addTask {
                for await case .producerAdded(room, let peer, _, _) in events
                where source == nil || peer == source { return }
            }
            group.addTask { try? await Task.sleep(for: patience) }
            await group.next()
            group.cancelAll()
        }
    }

    /// Ends a session; here and below, with `kind` only if it is of that kind.
    public func close(
        session: String, room: String, kind: SessionKind? = nil
    ) async throws(SessionError) {
        let loop = placement.loop(of: session, in: room)
        try await onWorker(loop) { worker, now throws(SessionError) in
            try worker.close(session: session, room: room, kind: kind, at: now)
        }
    }

    /// Gives a session new ICE credentials of both sides; returns ours.
    public func restartICE(
        session: String, room: String, kind: SessionKind? = nil, remote: ICECredentials
    ) async throws(SessionError) -> ICECredentials {
        let loop = placement.loop(of: session, in: room)
        return try await onWorker(loop) { worker, _ throws(SessionError) in
            try worker.restartICE(session: session, room: room, kind: kind, remote: remote)
        }
    }

    /// The entity tag of a session, as it is now.
    public func entityTag(
        session: String, room: String, kind: SessionKind? = nil
    ) async throws(SessionError) -> String {
        let loop = placement.loop(of: session, in: room)
        return try await onWorker(loop) { worker, _ throws(SessionError) in
            try worker.entityTag(ofSession: session, room: room, kind: kind)
        }
    }

    /// Lets a peer into a room without media; returns the others.
    public func join(
        _ profile: PeerProfile, room: String, title: String? = nil
    ) async throws(SessionError) -> [PeerProfile] {
        let elsewhere = try await branchPeers(of: room)
        guard !elsewhere.contains(where: { $0.id == profile.id }) else {
            throw .peerExists(profile.id)
        }
        let others = try await onWorker(of: room) { worker, now throws(SessionError) in
            try worker.join(profile, room: room, title: title, at: now)
        }
        return others + elsewhere.filter { peer in !others.contains { $0.id == peer.id } }
    }

    /// Takes a peer and all its sessions out of a room.
    public func leave(peer: String, room: String) async throws(SessionError) {
        var (refusal, hasLeft): (SessionError?, Bool) = (nil, false)
        for loop in placement.loops(of: room) {
            do throws(SessionError) {
                try await onWorker(loop) { worker, now throws(SessionError) in
                    try worker.leave(peer: peer, room: room, at: now)
                }
                hasLeft = true
            } catch {
                refusal = refusal ?? error
            }
        }
        if let refusal, !hasLeft { throw refusal }
    }

    private static func parse(_ offer: String) throws(SessionError) -> SessionDescription {
        do {
            return try SessionDescription(parsing: offer)
        } catch {
            throw .negotiation(.malformed(error))
        }
    }
}

extension MediaServer.Session {
    fileprivate init(_ answer: SessionAnswer) {
        self.init(
            id: answer.id, entityTag: answer.entityTag, answer: answer.description.description)
    }
}
