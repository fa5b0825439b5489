import Ciphers
import Reactor
import SFU
import Timing
import Wire

/// Starts one worker on a loop of its own, and tells it the addresses it can be reached at.
struct WorkerLaunch {
    private let configuration: MediaServerConfiguration
    private let index: Int
    private let context: DTLSContext
    private let pipes: LoopPipes?

    init(
        _ configuration: MediaServerConfiguration, index: Int, context: DTLSContext,
        pipes: LoopPipes?
    ) {
        (self.configuration, self.index, self.context) = (configuration, index, context)
        self.pipes = pipes
    }

    /// Binds the socket and starts the thread; the error names the address.
    func start(
        onEvent: @escaping @Sendable (WorkerEvent) -> Void
    ) throws(MediaServerError) -> RunningWorker {
        guard Int(configuration.listen.port) + index <= Int(UInt16.max) else {
            throw .cannotListen("worker \(index) would need a port beyond 65535")
        }
        let announced = try announcedHosts()
        do {
            var loop = LoopConfiguration(listen: listen)
            loop.answersFromAskedAddress = true
            loop.realtime = configuration.isRealtime
            loop.pipes = pipes?[index]
            var settings = WorkerConfiguration(
                candidates: [], security: .dtls(context), clock: .now(),
                seed: randomBytes(count: 32))
            settings.sealing = configuration.sealing
            let worker = settings
            let handle = try startLoop(
                name: "media \(index)", configuration: loop, makeEngine: { Worker(worker) },
                onEvent: onEvent)
            let candidates = try candidates(announced, port: handle.report.localEndpoint.port)
            handle.post { worker, _ in worker.announce(candidates) }
            return RunningWorker(loop: handle, candidates: candidates)
        } catch let error as MediaServerError {
            throw error
        } catch {
            throw .cannotListen("\(error)")
        }
    }

    private func announcedHosts() throws(MediaServerError) -> [Endpoint] {
        var endpoints: [Endpoint] = []
        for host in configuration.announcedHosts {
            guard let endpoint = Endpoint(host: host, port: 0) else {
                throw .malformedAddress(host)
            }
            endpoints.append(endpoint)
        }
        return endpoints
    }

    private var listen: Endpoint {
        var listen = configuration.listen
        if listen.port != 0 { listen.port += UInt16(index) }
        return listen
    }

    /// What candidates announce: what was asked for, or the bound address, or loopback and the
    /// first global address of each family.
    private func candidates(_ announced: [Endpoint], port: UInt16) throws -> [Endpoint] {
        if !announced.isEmpty {
            return announced.map { Endpoint(high: $0.high, low: $0.low, port: port) }
        }
        guard listen.isUnspecified else {
            return [Endpoint(high: listen.high, low: listen.low, port: port)]
        }
        let all = try localAddresses().filter { $0.ipv4 != nil || listen.ipv4 == nil }
        let global = all.filter { !$0.isLoopback }
        let first = [global.first { $0.ipv4 != nil }, global.first { $0.ipv4 == nil }]
        let chosen = first.compactMap { $0 } + all.filter(\.isLoopback).prefix(1)
        return chosen.map { Endpoint(high: $0.high, low: $0.low, port: port) }
    }
}
