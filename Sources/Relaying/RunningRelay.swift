import Ciphers
import MediaFile
import Pacer
import RTSP
import Reactor
import Timing
import Wire

/// A relay that runs: an engine on a loop of its own, and the session with its server, agreed on
/// again whenever it is lost.
public final class RunningRelay: Sendable {
    /// What a person should know.
    public enum Report: Sendable {
        /// Something to note.
        case note(String)
        /// Something is away and is waited for.
        case waiting(String)
        /// It cannot go on: another attempt would end the same way.
        case failed(String)
        /// A media file has been played to its end.
        case ended
    }

    /// What it was told to do.
    public let configuration: RelayConfiguration
    /// How it stands.
    public var condition: RelayCondition { progress.condition }
    /// The session with the server; `nil` while there is none.
    public var session: RelaySession? { progress.session }
    /// Sessions with the server that had to be agreed on again.
    public var republications: UInt64 { progress.republications }

    let progress: RelayProgress
    let loop: LoopHandle<RelayEngine>
    let context: DTLSContext

    /// Opens the source; `run` publishes it.
    ///
    /// - Parameters:
    ///   - configuration: What it is to do.
    ///   - report: Told of what a person should know; must not block.
    public init(
        _ configuration: RelayConfiguration, report: @escaping @Sendable (Report) -> Void
    ) async throws(RelayError) {
        self.configuration = configuration
        let source = try configuration.parsedSource()
        guard
            configuration.publish.hasPrefix("http://")
                || configuration.publish.hasPrefix("https://")
        else { throw .malformedEndpoint }
        let progress = RelayProgress(isPatient: configuration.isPatient, report: report)
        self.progress = progress
        do {
            let feed = try await Self.feed(source, configuration)
            context = try DTLSContext(certificate: Certificate())
            var settings = LoopConfiguration(listen: Endpoint(ipv4: 0, port: 0))
            settings.realtime = configuration.isRealtime
            loop = try startStreamLoop(
                name: "relay", configuration: settings,
                makeEngine: { Self.engine(source, feed, configuration) },
                onEvent: { event in
                    if case .samplesWanted = event { feed?.demand() } else { progress.take(event) }
                })
            feed?.start(loop)
            Task { [loop] in  // ends with the loop
                if let error = await loop.ended() { progress.broke(error.description) }
            }
            if configuration.isRealtime, !loop.report.isRealtime {
                report(.note("real-time scheduling is not permitted here"))
            }
        } catch let error as ClipError {
            throw .clip(error)
        } catch { throw .system("\(error)") }
    }

    private static func feed(
        _ source: RelayConfiguration.Source, _ configuration: RelayConfiguration
    ) async throws -> ClipFeed? {
        guard case .clip(let path) = source else { return nil }
        return try await ClipFeed(path: path, isLooped: configuration.isLooped)
    }

    private static func engine(
        _ source: RelayConfiguration.Source, _ feed: ClipFeed?, _ configuration: RelayConfiguration
    ) -> RelayEngine {
        var pacing = PacerConfiguration()
        (pacing.law, pacing.bucket) = (configuration.law, configuration.bucket)
        switch source {
        case .camera(let url):
            return RelayEngine(
                RTSPClientConfiguration(url: url, seed: randomBytes(count: 32)), pacing: pacing,
                verifiesTLS: configuration.verifiesTLS)
        case .clip: return RelayEngine(feed?.format ?? ClipFormat(), pacing: pacing)
        }
    }

    /// How it fares; `nil` when it has ended.
    public func statistics() async -> RelayStatistics? {
        try? await loop.run { engine, _ in engine.statistics() }
    }

    /// Keeps a session with the server, again and again, until the task is cancelled or `stop` is
    /// called.
    public func run() async {
        var retry = SessionRetry()
        for await _ in progress.wishes { await publish(&retry) }
    }

    /// Ends both sessions, telling camera and server, and waits until all is over.
    public func stop() async {
        progress.finish()
        loop.post { engine, now in engine.close(at: now) }
        await loop.stop()
        await release()
    }
}
