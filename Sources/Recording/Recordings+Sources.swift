import Ciphers
import Codecs
import Fetch
import RTSP
import Reactor
import SDP
import Timing
import WHIP
import WebRTC
import Wire

// Where recordings come from: cameras, and WHEP servers, asked again when they end a session.

extension Recordings {
    func startCamera(
        _ source: String, _ recording: RunningRecording, _ options: RecordingOptions
    ) throws(RecordingError) -> LoopHandle<CameraRecorder> {
        do {
            let configuration = try Self.camera(source)
            let loop = try startStreamLoop(
                name: "recorder", configuration: LoopConfiguration(listen: Self.anywhere),
                makeEngine: {
                    CameraRecorder(configuration, options: options, clock: .now())
                }, onEvent: { recording.take($0) })
            recording.control { intake in
                loop.post { engine, now in engine.limit(to: intake, at: now) }
            }
            return loop
        } catch let error as ParseError {
            throw .malformedURL("\(error)")
        } catch {
            throw .system("\(error)")
        }
    }

    func startWatching(
        _ source: String, _ name: String, _ recording: RunningRecording,
        _ options: RecordingOptions
    ) async throws(RecordingError) -> Entry {
        let context: DTLSContext
        do { context = try DTLSContext(certificate: Certificate()) } catch {
            throw .system(error.description)
        }
        var random = SeededRandom(seed: randomBytes(count: 32))
        let local = LocalDescription(
            ice: ICECredentials(using: &random),
            fingerprint: context.certificate.fingerprint.attribute, candidates: [],
            sessionID: random.next() >> 2)
        var asked = Offer(receiving: [Self.sound, Self.pictures], local: local)
        asked.askForTrueTimes()
        let offer = asked
        var session = WHIPSession(
            endpoint: source, bearer: bearer, offer: offer.description.description)
        let answer: String
        do throws(RecordingError) {
            answer = try await Self.negotiate(&session)
        } catch {
            await Self.release(session)
            throw error
        }
        let accepted: Offer.Accepted
        do throws(AnswerError) {
            accepted = try offer.accept(try SessionDescription(answering: answer))
        } catch {
            await Self.release(session)
            throw .answer(error)
        }
        let lost = followLost()
        let (ssrc, cname) = (UInt32(truncatingIfNeeded: random.next()) | 1, random.identifier())
        do {
            let loop = try startStreamLoop(
                name: "recorder", configuration: LoopConfiguration(listen: Self.anywhere),
                makeEngine: {
                    let connection = try ClientConnection(
                        accepted, local: local.ice, context: context,
                        seed: randomBytes(count: 32), patience: Self.patience, at: .now())
                    let sections = accepted.negotiated.sections
                    return WatchRecorder(
                        WatchingSession(connection, sections: sections, cname: cname, ssrc: ssrc),
                        sections: sections, options: options, clock: .now())
                },
                onEvent: { event in
                    recording.take(event)
                    guard case .interrupted(_, isFinal: false) = event else { return }
                    lost.yield((name, recording))
                })
            recording.control { intake in
                loop.post { engine, now in engine.limit(to: intake, at: now) }
            }
            return Entry(
                recording: recording, loop: .watcher(loop), resource: session, source: source,
                options: options)
        } catch {
            throw .system("\(error)")
        }
    }

    /// Where sessions that have ended are told; whoever is asked again is asked by a task that
    /// `stopAll` ends.
    private func followLost() -> AsyncStream<Lost>.Continuation {
        if let lost { return lost }
        let (stream, continuation) = AsyncStream.makeStream(of: Lost.self)
        lost = continuation
        following = Task { [weak self] in
            await withDiscardingTaskGroup { group in
                for await (name, recording) in stream {
                    group.addTask { [weak self] in await self?.watchAgain(name, recording) }
                }
                group.cancelAll()
            }
        }
        return continuation
    }

    /// Asks nobody again, and waits until those who were being asked have been told so.
    func stopFollowing() async {
        let task = following
        lost?.finish()
        task?.cancel()
        (lost, following) = (nil, nil)
        await task?.value
    }

    /// A server that has ended the session is asked for another, until there is one, it refuses
    /// for good, or nobody wants it any more.
    private func watchAgain(_ name: String, _ recording: RunningRecording) async {
        guard let entry = entries[name], entry.recording === recording else { return }
        await end(entry)
        for attempt in 0... {
            // At once, but not all recordings of a server at once; then ever more patiently.
            let seconds =
                attempt == 0
                ? .random(in: 0...0.5)
                : Double(min(1 << min(attempt - 1, 5), 30)) * .random(in: 0.5...1.5)
            let hasSlept = (try? await Task.sleep(for: .seconds(seconds))) != nil
            guard hasSlept, entries[name]?.recording === recording else { return }
            do throws(RecordingError) {
                let next = try await startWatching(
                    entry.source, name, recording, entry.options)
                guard entries[name]?.recording === recording else { return await end(next) }
                entries[name] = next
                return
            } catch {
                recording.take(
                    .interrupted(reason: error.description, isFinal: !error.isTransient))
                guard error.isTransient else { return }
            }
        }
    }

    /// Has the server forget a session. It forgets by itself as well, later.
    static func release(_ session: WHIPSession) async {
        guard let call = session.end() else { return }
        _ = try? await Fetcher(timeout: .seconds(2)).send(call)
    }

    private static func negotiate(
        _ session: inout WHIPSession
    ) async throws(RecordingError) -> String {
        var step = session.start()
        while true {
            switch step {
            case .answered(let answer): return answer
            case .failed(let error): throw .endpoint(error)
            case .call(let call):
                do throws(FetchError) {
                    step = session.receive(.success(try await Fetcher().send(call)))
                } catch {
                    step = session.receive(.failure(error))
                }
            }
        }
    }

    private static func camera(_ source: String) throws(ParseError) -> RTSPClientConfiguration {
        var configuration = RTSPClientConfiguration(
            url: try RTSPURL(parsing: source), seed: randomBytes(count: 32))
        configuration.selection.video = ["H264", "H265"]
        return configuration
    }

    /// How long a silent server may take to come back before another session is asked for.
    private static let patience = Interval.milliseconds(1500)
    private static let anywhere = Endpoint(ipv4: 0, port: 0)
    private static let sound = [NegotiatedCodec(codec: .opus, payloadType: 111)]
    /// H.264 first: every container here holds it but WebM.
    private static let pictures =
        ["42e01f", "4d001f", "640028"].enumerated().map { index, profile in
            picture(
                .h264, UInt8(96 + 2 * index),
                "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=\(profile)")
        } + [picture(.vp8, 102), picture(.vp9, 104), picture(.av1, 106)]

    private static func picture(
        _ codec: Codec, _ payloadType: UInt8, _ parameters: String = ""
    ) -> NegotiatedCodec {
        NegotiatedCodec(
            codec: codec, payloadType: payloadType,
            retransmissionPayloadType: payloadType + 1,
            parameters: FormatParameters(parameters),
            feedback: .init(nack: true, pictureLoss: true))
    }
}

extension SessionDescription {
    fileprivate init(answering text: String) throws(AnswerError) {
        do throws(ParseError) { try self.init(parsing: text) } catch { throw .malformed(error) }
    }
}
