import Ciphers
import Codecs
import Fetch
import MediaFile
import Pacer
import RTP
import RTSP
import Reactor
import SDP
import Synchronization
import Timing
import WHIP
import WebRTC
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
    public var condition: RelayCondition { state.withLock { $0.condition } }
    /// The session with the server; `nil` while there is none.
    public var session: RelaySession? { state.withLock { $0.session } }

    private struct State {
        var condition = RelayCondition.connecting
        var session: RelaySession?
        var hasPublished = false
        var republications: UInt64 = 0
        var resource: WHIPSession?
    }

    private let state = Mutex(State())
    private let loop: LoopHandle<RelayEngine>
    private let feed: ClipFeed?
    private let context: DTLSContext
    private let report: @Sendable (Report) -> Void
    private let task = Mutex<Task<Void, Never>?>(nil)

    /// Starts a relay.
    ///
    /// - Parameters:
    ///   - configuration: What it is to do.
    ///   - report: Told of what a person should know; must not block.
    public init(
        _ configuration: RelayConfiguration, report: @escaping @Sendable (Report) -> Void
    ) throws(RelayError) {
        (self.configuration, self.report) = (configuration, report)
        let source = try configuration.parsedSource()
        guard
            configuration.publish.hasPrefix("http://")
                || configuration.publish.hasPrefix("https://")
        else { throw .malformedEndpoint }
        let (events, continuation) = AsyncStream.makeStream(of: RelayEvent.self)
        do {
            let feed = try Self.feed(source, configuration)
            context = try DTLSContext(certificate: Certificate())
            loop = try startStreamLoop(
                name: "relay", configuration: LoopConfiguration(listen: Endpoint(ipv4: 0, port: 0)),
                makeEngine: { Self.engine(source, feed, configuration) },
                onEvent: { event in
                    if case .samplesWanted = event {
                        feed?.demand()
                    } else {
                        continuation.yield(event)
                    }
                })
            feed?.start(loop)
            self.feed = feed
        } catch let error as ClipError {
            throw .clip(error)
        } catch { throw .system("\(error)") }
        let following = Task { await follow(events) }
        task.withLock { $0 = following }
    }

    private static func feed(
        _ source: RelayConfiguration.Source, _ configuration: RelayConfiguration
    ) throws -> ClipFeed? {
        guard case .clip(let path) = source else { return nil }
        return try ClipFeed(path: path, isLooped: configuration.isLooped)
    }

    private static func engine(
        _ source: RelayConfiguration.Source, _ feed: ClipFeed?, _ configuration: RelayConfiguration
    ) -> RelayEngine {
        var pacing = PacerConfiguration()
        pacing.law = configuration.law
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

    /// Sessions with the server that had to be agreed on again.
    public var republications: UInt64 { state.withLock { $0.republications } }

    /// Ends both sessions, telling camera and server, and waits until all is over.
    public func stop() async {
        task.withLock { $0 }?.cancel()
        loop.post { engine, now in engine.close(at: now) }
        await loop.stop()
        if let call = state.withLock({ $0.resource })?.end() {
            // The server forgets a session by itself as well.
            _ = try? await Fetcher(timeout: .seconds(2)).send(call)
        }
    }
}

// MARK: Following the engine

extension RunningRelay {
    private func follow(_ events: AsyncStream<RelayEvent>) async {
        var format: RelayFormat?
        for await event in events {
            if Task.isCancelled { return }
            switch event {
            case .ready(let found):
                format = found
                await publish(found)
            case .connected:
                state.withLock { ($0.condition, $0.hasPublished) = (.publishing, true) }
                report(.note("published"))
            case .unpublished(let reason):
                state.withLock { ($0.session, $0.republications) = (nil, $0.republications + 1) }
                miss("the session with the server has ended: \(reason)", isTransient: true)
                if let format { await publish(format) }
            case .interrupted(let reason, let isTransient): miss(reason, isTransient: isTransient)
            case .resumed: state.withLock { $0.condition = .publishing }
            case .unsuitable(let reason): fail(reason)
            case .finished:
                state.withLock { $0.condition = .ended }
                report(.ended)
            case .samplesWanted: continue  // the feed is told at once, on the loop's thread
            case .note(let text): report(.note(text))
            }
        }
    }

    /// Something is away. What has never worked is more likely mistaken than away.
    ///
    /// - Returns: Whether it is waited for.
    @discardableResult
    private func miss(_ reason: String, isTransient: Bool) -> Bool {
        let isKnown = configuration.isPatient || state.withLock { $0.hasPublished }
        guard isKnown, isTransient || !configuration.isPatient else {
            fail(reason)
            return false
        }
        state.withLock { $0.condition = .waiting(reason: reason) }
        report(.waiting(reason))
        return true
    }

    private func fail(_ reason: String) {
        state.withLock { $0.condition = .failed(reason: reason) }
        report(.failed(reason))
    }

    /// Agrees on a session with the server, again and again until there is one.
    private func publish(_ format: RelayFormat) async {
        for attempt in 0... {
            do throws(WHIPError) {
                return try await agree(on: format)
            } catch {
                guard error.isTransient else { return fail(error.description) }
                guard miss(error.description, isTransient: true) else { return }
            }
            let seconds = Double(min(1 << min(attempt, 5), 30)) * .random(in: 0.5...1.5)
            guard (try? await Task.sleep(for: .seconds(seconds))) != nil else { return }
        }
    }

    private func agree(on format: RelayFormat) async throws(WHIPError) {
        var random = SeededRandom(seed: randomBytes(count: 32))
        let local = LocalDescription(
            ice: ICECredentials(using: &random),
            fingerprint: context.certificate.fingerprint.attribute, candidates: [],
            sessionID: random.next() >> 2)
        let tracks = Self.tracks(format, named: configuration.name, &random)
        let offer = Offer(sending: tracks, local: local)
        var session = WHIPSession(
            endpoint: configuration.publish, bearer: configuration.bearer,
            offer: offer.description.description)
        let answer = try await negotiate(&session)
        let accepted: Offer.Accepted
        do {
            accepted = try offer.accept(try SessionDescription(parsing: answer))
        } catch {
            throw .unusableAnswer("\(error)")
        }
        state.withLock { [session] state in
            state.resource = session
            state.session = RelaySession(
                id: "\(local.sessionID)", trackName: tracks.first?.trackID ?? "")
        }
        guard accepted.negotiated.sections.contains(where: { $0.track == 0 }) else {
            throw .unusableAnswer("the server takes no H.264 of this profile")
        }
        let context = context
        loop.post { engine, now in
            engine.publish(accepted, of: tracks, local: local.ice, context: context, at: now)
        }
    }

    private func negotiate(_ session: inout WHIPSession) async throws(WHIPError) -> String {
        var step = session.start()
        while true {
            switch step {
            case .answered(let answer): return answer
            case .failed(let error): throw error
            case .call(let call):
                do throws(FetchError) {
                    step = session.receive(.success(try await Fetcher().send(call)))
                } catch {
                    step = session.receive(.failure(error))
                }
            }
        }
    }

    /// The picture first, then the sound if there is any: as the engine numbers them.
    private static func tracks(
        _ format: RelayFormat, named name: String, _ random: inout SeededRandom
    ) -> [OutgoingTrack] {
        let picture = NegotiatedCodec(
            codec: .h264, payloadType: 96, retransmissionPayloadType: 97,
            parameters: FormatParameters(
                "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id="
                    + format.profileLevelID), feedback: .init(nack: true, pictureLoss: true))
        let sound = NegotiatedCodec(
            codec: .opus, payloadType: 111,
            parameters: FormatParameters("minptime=10;useinbandfec=1"))
        let stream = random.identifier()
        return (format.hasSound ? [picture, sound] : [picture]).map { codec in
            OutgoingTrack(
                codec: codec, ssrc: UInt32(truncatingIfNeeded: random.next()) | 1,
                retransmissionSSRC: UInt32(truncatingIfNeeded: random.next()) & ~1,
                streamID: stream, trackID: random.identifier())
        }
    }
}

extension RelayEngine {
    /// Begins a session with a server that has answered.
    fileprivate mutating func publish(
        _ accepted: Offer.Accepted, of tracks: [OutgoingTrack], local: ICECredentials,
        context: DTLSContext, at now: Instant
    ) {
        do throws(CipherError) {
            let connection = try ClientConnection(
                accepted, local: local, context: context, seed: randomBytes(count: 32), at: now)
            let sections = accepted.negotiated.sections
            let first = randomBytes(count: 2).reduce(UInt16(0)) { $0 << 8 | UInt16($1) }
            let senders = sections.map { section in
                RTPSender(section.senderParameters(of: tracks), sequenceNumber: first)
            }
            publish(
                PublishingSession(
                    connection, sections: sections, senders: senders, clock: .now(),
                    cname: tracks[0].streamID))
        } catch {
            fail("\(error)")
        }
    }
}
