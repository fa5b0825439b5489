import Ciphers
import Fetch
import MediaFile
import Pacer
import RTP
import RTSP
import Reactor
import SDP
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
    public var condition: RelayCondition { progress.condition }
    /// The session with the server; `nil` while there is none.
    public var session: RelaySession? { progress.session }
    /// Sessions with the server that had to be agreed on again.
    public var republications: UInt64 { progress.republications }

    private let progress: RelayProgress
    private let loop: LoopHandle<RelayEngine>
    private let context: DTLSContext

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

// MARK: The session with the server

extension RunningRelay {
    /// Agrees on a session with the server for what the source has, again and again until there is
    /// one. What stood before is ended.
    private func publish(_ retry: inout SessionRetry) async {
        while let format = progress.offered, !Task.isCancelled {
            if let wait = retry.wait(at: .now(), spread: .random(in: 0.5...1.5)) {
                guard (try? await Task.sleep(for: wait)) != nil else { return }
            }
            await release()
            do throws(WHIPError) {
                try await agree(on: format)
                retry.agreed(at: .now())
                // Unless the source has become another meanwhile, that was all.
            } catch {
                guard !Task.isCancelled else { return }  // `stop` releases
                await release()
                guard progress.refused(error.description, isTransient: error.isTransient)
                else { return }
                retry.failed()
            }
        }
    }

    /// Has the server forget the session that it keeps for us, if it does. It forgets by itself as
    /// well, later.
    private func release() async {
        guard let call = progress.takeResource()?.end() else { return }
        _ = try? await Fetcher(timeout: .seconds(2)).send(call)
    }

    private func agree(on format: RelayFormat) async throws(WHIPError) {
        var random = SeededRandom(seed: randomBytes(count: 32))
        let local = LocalDescription(
            ice: ICECredentials(using: &random),
            fingerprint: context.certificate.fingerprint.attribute, candidates: [],
            sessionID: random.next() >> 2)
        let tracks = [OutgoingTrack](format, using: &random)
        let offer = Offer(sending: tracks, local: local)
        var session = WHIPSession(
            endpoint: configuration.publish, bearer: configuration.bearer,
            offer: offer.description.description)
        let answer: String
        do throws(WHIPError) {
            answer = try await session.negotiate()
            progress.opened(session)
        } catch {
            progress.opened(session)  // what it made without an answer is ended all the same
            throw error
        }
        let accepted: Offer.Accepted
        do throws(AnswerError) {
            accepted = try offer.accept(try SessionDescription(answering: answer))
        } catch { throw .unusableAnswer(error.description) }
        guard accepted.negotiated.sections.contains(where: { $0.track == 0 }) else {
            throw .unusableAnswer("the server takes no H.264 of this profile")
        }
        let (context, progress) = (context, progress)
        let known = RelaySession(id: "\(local.sessionID)", trackName: tracks.first?.trackID ?? "")
        // On the loop's thread, so that no event of the session before comes in between.
        do throws(MailboxRefusal) {
            try await loop.run { engine, now in
                engine.publish(accepted, of: tracks, local: local.ice, context: context, at: now)
                progress.agreed(on: format, known)
            }
        } catch { throw .unusableAnswer("the relay's thread takes nothing more") }
    }
}

extension SessionDescription {
    fileprivate init(answering text: String) throws(AnswerError) {
        do throws(ParseError) { try self.init(parsing: text) } catch { throw .malformed(error) }
    }
}

extension WHIPSession {
    /// Carries the session's calls out until there is an answer.
    fileprivate mutating func negotiate() async throws(WHIPError) -> String {
        var step = start()
        while true {
            switch step {
            case .answered(let answer): return answer
            case .failed(let error): throw error
            case .call(let call):
                do throws(FetchError) {
                    step = receive(.success(try await Fetcher().send(call)))
                } catch {
                    step = receive(.failure(error))
                }
            }
        }
    }
}

extension [OutgoingTrack] {
    /// The picture first, then the sound if there is any: as the engine numbers them.
    fileprivate init(_ format: RelayFormat, using random: inout SeededRandom) {
        let picture = NegotiatedCodec(
            codec: .h264, payloadType: 96, retransmissionPayloadType: 97,
            parameters: FormatParameters(
                "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id="
                    + format.profileLevelID), feedback: .init(nack: true, pictureLoss: true))
        let sound = NegotiatedCodec(
            codec: .opus, payloadType: 111,
            parameters: FormatParameters("minptime=10;useinbandfec=1"))
        let stream = random.identifier()
        self = (format.hasSound ? [picture, sound] : [picture]).map { codec in
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
                accepted, local: local, context: context, seed: randomBytes(count: 32),
                patience: serverPatience, at: now)
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

/// How long a silent server may take to come back before another session is asked for.
private let serverPatience = Interval.milliseconds(1500)
