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

/// All recordings of a process, by name: started, watched over and stopped.
public actor Recordings {
    /// How one recording stands.
    public struct Status: Hashable, Sendable {
        /// Its name.
        public var name: String
        /// What can be seen of it.
        public var progress: RecordingProgress.Snapshot
    }

    private enum Loop {
        case camera(LoopHandle<CameraRecorder>)
        case watcher(LoopHandle<WatchRecorder>)
    }

    private struct Entry {
        let recording: RunningRecording
        let loop: Loop
        let resource: WHIPSession?
        let source: String
    }

    private let folder: String
    private let bearer: String?
    private let clock: @Sendable () -> Int64
    private let report: @Sendable (_ name: String, _ message: String, _ isFinal: Bool) -> Void
    private var entries: [String: Entry] = [:]
    private var starting: Set<String> = []
    private var former: [String: RecordingProgress.Snapshot] = [:]

    /// None yet.
    ///
    /// - Parameters:
    ///   - folder: Where the files go.
    ///   - bearer: The token for WHEP sources.
    ///   - clock: Seconds since 1970.
    ///   - report: Told of what a person should know.
    public init(
        folder: String, bearer: String?, clock: @escaping @Sendable () -> Int64,
        report: @escaping @Sendable (String, String, Bool) -> Void
    ) {
        (self.folder, self.bearer, self.clock, self.report) = (folder, bearer, clock, report)
    }

    /// Starts to record `source`, an `rtsp`, `rtsps` or WHEP URL.
    public func start(_ name: String, source: String) async throws(RecordingError) {
        guard Self.isWellFormed(name) else { throw .malformedName }
        guard entries[name] == nil, !starting.contains(name) else { throw .alreadyActive }
        starting.insert(name)
        defer { starting.remove(name) }
        let recording = RunningRecording(
            folder: folder, name: name, clock: clock
        ) { [report] message, isFinal in report(name, message, isFinal) }
        if source.hasPrefix("rtsp://") || source.hasPrefix("rtsps://") {
            let loop = try startCamera(source, recording)
            entries[name] = Entry(
                recording: recording, loop: .camera(loop), resource: nil, source: source)
        } else if source.hasPrefix("http://") || source.hasPrefix("https://") {
            entries[name] = try await startWatching(source, name, recording)
        } else {
            throw .unsupportedSource
        }
        former[name] = nil
    }

    /// Ends a recording; its file is whole when this returns.
    public func stop(_ name: String) async throws(RecordingError) -> Status {
        guard let entry = entries.removeValue(forKey: name) else { throw .notActive }
        await end(entry)
        await entry.recording.finish()
        let snapshot = entry.recording.progress.snapshot
        if former.count >= Self.formerLimit { former.removeAll() }
        former[name] = snapshot
        return Status(name: name, progress: snapshot)
    }

    private func end(_ entry: Entry) async {
        switch entry.loop {
        case .camera(let loop):
            loop.post { recorder, now in recorder.close(at: now) }
            await loop.stop()
        case .watcher(let loop):
            loop.post { recorder, now in recorder.close(at: now) }
            await loop.stop()
        }
        if let call = entry.resource?.end() { _ = try? await Fetcher().send(call) }
    }

    /// Ends all of them.
    public func stopAll() async {
        for name in entries.keys { _ = try? await stop(name) }
    }

    /// How one stands, or stood when it was stopped.
    public func status(_ name: String) -> Status? {
        let snapshot = entries[name]?.recording.progress.snapshot ?? former[name]
        return snapshot.map { Status(name: name, progress: $0) }
    }

    /// Those that have not been stopped.
    public func active() -> [Status] {
        entries.map { Status(name: $0, progress: $1.recording.progress.snapshot) }
            .sorted { $0.name < $1.name }
    }

    /// A name becomes part of a file's.
    private static func isWellFormed(_ name: String) -> Bool {
        (1...100).contains(name.utf8.count)
            && name.utf8.allSatisfy { octet in
                let character = Character(Unicode.Scalar(octet))
                return character.isLetter || character.isNumber || "-_.".contains(character)
            } && !name.hasPrefix(".")
    }

    private static let formerLimit = 1000
}

// MARK: Sources

extension Recordings {
    private func startCamera(
        _ source: String, _ recording: RunningRecording
    ) throws(RecordingError) -> LoopHandle<CameraRecorder> {
        do {
            let configuration = RTSPClientConfiguration(
                url: try RTSPURL(parsing: source), seed: randomBytes(count: 32))
            return try startStreamLoop(
                name: "recorder", configuration: LoopConfiguration(listen: Self.anywhere),
                makeEngine: { CameraRecorder(configuration) }, onEvent: { recording.take($0) })
        } catch let error as ParseError {
            throw .malformedURL("\(error)")
        } catch {
            throw .system("\(error)")
        }
    }

    private func startWatching(
        _ source: String, _ name: String, _ recording: RunningRecording
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
        let offer = Offer(receiving: [Self.sound, Self.pictures], local: local)
        var session = WHIPSession(
            endpoint: source, bearer: bearer, offer: offer.description.description)
        let answer = try await Self.negotiate(&session)
        let accepted: Offer.Accepted
        do throws(AnswerError) {
            accepted = try offer.accept(try SessionDescription(answering: answer))
        } catch { throw .answer(error) }
        let (ssrc, cname) = (UInt32(truncatingIfNeeded: random.next()) | 1, random.identifier())
        do {
            let loop = try startStreamLoop(
                name: "recorder", configuration: LoopConfiguration(listen: Self.anywhere),
                makeEngine: {
                    let connection = try ClientConnection(
                        accepted, local: local.ice, context: context,
                        seed: randomBytes(count: 32), at: .now())
                    let sections = accepted.negotiated.sections
                    return WatchRecorder(
                        WatchingSession(connection, sections: sections, cname: cname, ssrc: ssrc),
                        sections: sections)
                },
                onEvent: { event in
                    recording.take(event)
                    guard case .interrupted(_, isFinal: false) = event else { return }
                    Task { await self.watchAgain(name, recording) }
                })
            return Entry(
                recording: recording, loop: .watcher(loop), resource: session, source: source)
        } catch {
            throw .system("\(error)")
        }
    }

    /// A server that has ended the session is asked for another, until there is one, it refuses
    /// for good, or nobody wants it any more.
    private func watchAgain(_ name: String, _ recording: RunningRecording) async {
        guard let entry = entries[name], entry.recording === recording else { return }
        await end(entry)
        for attempt in 0... {
            let seconds = Double(min(1 << min(attempt, 5), 30)) * .random(in: 0.5...1.5)
            let hasSlept = (try? await Task.sleep(for: .seconds(seconds))) != nil
            guard hasSlept, entries[name]?.recording === recording else { return }
            do throws(RecordingError) {
                let next = try await startWatching(entry.source, name, recording)
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

    private static let anywhere = Endpoint(ipv4: 0, port: 0)
    private static let sound = [NegotiatedCodec(codec: .opus, payloadType: 111)]
    private static let pictures = ["42e01f", "4d001f", "640028"].enumerated().map {
        index, profile in
        NegotiatedCodec(
            codec: .h264, payloadType: UInt8(96 + 2 * index),
            retransmissionPayloadType: UInt8(97 + 2 * index),
            parameters: FormatParameters(
                "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=\(profile)"),
            feedback: .init(nack: true, pictureLoss: true))
    }
}

extension SessionDescription {
    fileprivate init(answering text: String) throws(AnswerError) {
        do throws(ParseError) { try self.init(parsing: text) } catch { throw .malformed(error) }
    }
}
