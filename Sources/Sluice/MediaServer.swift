import Ciphers
public import Reactor
public import SFU
import Timing
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

    /// Where the loop belongs that looks on at rooms (`observe`), if the configuration has one; taken once.
    public let observerPlace: LoopPipes.Place?

    /// Opens the sockets and starts the threads.
    ///
    /// - Throws: `MediaServerError` naming the address that cannot be listened on.
    public init(_ configuration: MediaServerConfiguration) throws(MediaServerError) {
        guard configuration.sealing.isAvailable else { throw .cannotSeal(configuration.sealing) }
        let context = try Self.makeContext(configuration.profiles)
        let broadcast = self.broadcast
        let count = max(configuration.workers, 1)
        let placement = Placement(loopCount: count, viewerBound: configuration.viewersPerLoop)
        let pipes = try Self.makePipes(configuration.hasObserver ? count + 1 : count)
        observerPlace = configuration.hasObserver ? pipes?[count] : nil
        var workers: [RunningWorker] = []
        for index in 0..<count {
            let launch = WorkerLaunch(
                configuration, index: index, context: context, pipes: pipes)
            do throws(MediaServerError) {
                workers.append(
                    try launch.start { event in
                        broadcast.send { placement.follow(event, from: index) }
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
                broadcast.send { placement.loopEnded(index) }
                for other in others { other.post { $0.loopEnded(index, at: $1) } }
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
}
