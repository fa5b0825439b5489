import Ciphers
import Codecs
import Fetch
public import Pacer
import RTP
import RTSP
import Reactor
import SDP
import Synchronization
import Timing
import WHIP
import WebRTC
import Wire

/// What one relay is to do.
public struct RelayConfiguration: Hashable, Sendable {
    /// What it is called in logs and answers.
    public var name: String
    /// The camera, `rtsp` or `rtsps`, credentials in it.
    public var source: String
    /// The WHIP endpoint.
    public var publish: String
    /// The token for it.
    public var bearer: String?
    /// By which law it paces.
    public var law = PacerConfiguration.Law.mediaClock

    /// A camera to an endpoint.
    public init(name: String, source: String, publish: String, bearer: String? = nil) {
        (self.name, self.source, self.publish, self.bearer) = (name, source, publish, bearer)
    }
}

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
    }

    /// What it was told to do.
    public let configuration: RelayConfiguration
    /// Why the source or the server is away; `nil` while all is well.
    public var trouble: String? { state.withLock { $0.trouble } }

    private struct State {
        var trouble: String?
        var hasPublished = false
        var republications: UInt64 = 0
        var resource: WHIPSession?
    }

    private let state = Mutex(State())
    private let loop: LoopHandle<RelayEngine>
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
        let camera: RTSPClientConfiguration
        do throws(ParseError) {
            camera = RTSPClientConfiguration(
                url: try RTSPURL(parsing: configuration.source), seed: randomBytes(count: 32))
        } catch { throw .malformedSource("\(error)") }
        guard
            configuration.publish.hasPrefix("http://")
                || configuration.publish.hasPrefix("https://")
        else { throw .malformedEndpoint }
        var pacing = PacerConfiguration()
        pacing.law = configuration.law
        let (events, continuation) = AsyncStream.makeStream(of: RelayEvent.self)
        do {
            context = try DTLSContext(certificate: Certificate())
            loop = try startStreamLoop(
                name: "relay", configuration: LoopConfiguration(listen: Endpoint(ipv4: 0, port: 0)),
                makeEngine: { [pacing] in RelayEngine(camera, pacing: pacing) },
                onEvent: { continuation.yield($0) })
        } catch { throw .system("\(error)") }
        let following = Task { await follow(events) }
        task.withLock { $0 = following }
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

/// Why a relay cannot be started.
public enum RelayError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The source's URL.
    case malformedSource(String)
    /// The endpoint's URL.
    case malformedEndpoint
    /// The kernel or OpenSSL.
    case system(String)

    /// One sentence.
    public var description: String {
        switch self {
        case .malformedSource(let reason):
            "the source must be an rtsp:// or rtsps:// URL: \(reason)"
        case .malformedEndpoint: "the endpoint must be an http:// or https:// URL"
        case .system(let reason): reason
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
                state.withLock { ($0.trouble, $0.hasPublished) = (nil, true) }
                report(.note("published"))
            case .unpublished(let reason):
                state.withLock { $0.republications += 1 }
                wait("the session with the server has ended: \(reason)")
                if let format { await publish(format) }
            case .interrupted(let reason): wait(reason)
            case .unsuitable(let reason):
                state.withLock { $0.trouble = reason }
                report(.failed(reason))
            case .note(let text): report(.note(text))
            }
        }
    }

    private func wait(_ reason: String) {
        let isFirst = state.withLock { state in
            state.trouble = reason
            return !state.hasPublished
        }
        // What has never worked is more likely mistaken than away.
        report(isFirst ? .failed(reason) : .waiting(reason))
    }

    /// Agrees on a session with the server, again and again until there is one.
    private func publish(_ format: RelayFormat) async {
        for attempt in 0... {
            do throws(WHIPError) {
                return try await agree(on: format)
            } catch {
                let isFirst = state.withLock { state in
                    state.trouble = error.description
                    return !state.hasPublished
                }
                if isFirst || !error.isTransient { return report(.failed(error.description)) }
                report(.waiting(error.description))
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
        state.withLock { [session] in $0.resource = session }
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
