import Audio
import Camera
import Codecs
public import Pacer
import RTP
public import RTSP
public import Timing
public import WebRTC
public import Wire

/// One camera to one server: RTSP in, paced on one clock, WebRTC out. A `StreamEngine` without I/O.
///
/// The owner agrees on the session with the server (WHIP) when told that the camera is `ready`, and
/// hands it in by `publish`. What comes before is let go; the first picture sent is a key frame.
public struct RelayEngine: ~Copyable, StreamEngine {
    private var camera: CameraSession
    private var publishing: PublishingSession?
    private var pacer: PacedSession
    private let law: PacerConfiguration.Law
    private let pictureTrack: Int
    private let soundTrack: Int
    private var packetizer = H264Packetizer(payloadType: 0, ssrc: 0, sequenceNumber: 0)
    private var batch = PacketBatch()
    private var store = PayloadStore()
    private var sound: RelaySound?
    private var reordering = ReorderingDetector()
    private var format: RelayFormat?
    private var hasSound = false
    private var isAwaitingKeyframe = true
    private var origin: Instant?  // of the camera's time line
    private var lastTie: [Interval] = [.seconds(-10), .seconds(-10)]
    private var counts = RelayStatistics()
    private var events: [RelayEvent] = []

    /// A relay that connects to its camera at once.
    public init(
        _ configuration: RTSPClientConfiguration, pacing: PacerConfiguration,
        verifiesTLS: Bool = false
    ) {
        camera = CameraSession(configuration, verifiesTLS: verifiesTLS)
        pacer = PacedSession(pacing)
        law = pacing.law
        pictureTrack = pacer.addTrack(.video, clockRate: 90_000)
        soundTrack = pacer.addTrack(.audio, clockRate: 48_000)
    }

    /// Sends to a server from now on, in place of any session before.
    public mutating func publish(_ session: consuming PublishingSession) {
        publishing = consume session
        isAwaitingKeyframe = true
    }

    /// There is no session, for a reason of ours.
    mutating func fail(_ reason: String) { events.append(.unsuitable(reason: reason)) }

    /// Ends both sessions, telling the camera and the server.
    public mutating func close(at now: Instant) {
        camera.close(at: now)
        publishing?.close(at: now)
    }

    /// How it fares.
    public func statistics() -> RelayStatistics {
        var statistics = counts
        statistics.pacer = pacer.statistics
        switch publishing {
        case .some(let session):
            statistics.publishing = session.statistics
            statistics.isConnected = session.isConnected
        case nil: break
        }
        return statistics
    }
}

// MARK: Engine

extension RelayEngine {
    /// Where the camera is.
    public var wantedConnection: StreamTarget? { camera.wantedConnection }

    /// The connection to the camera is there.
    public mutating func streamOpened(at now: Instant) {
        camera.streamOpened(at: now)
        takeFrames(at: now)
    }

    /// Takes in what the camera sent.
    public mutating func receiveStream(_ bytes: RawSpan, at now: Instant) {
        camera.receiveStream(bytes, at: now)
        takeFrames(at: now)
    }

    /// The connection to the camera could not be made or has ended.
    public mutating func streamClosed(_ reason: String?, at now: Instant) {
        camera.streamClosed(reason, at: now)
        takeFrames(at: now)
    }

    /// What the camera is to be told.
    public mutating func nextStreamOutput() -> [UInt8]? { camera.nextStreamOutput() }

    /// Takes in one datagram of the server's.
    public mutating func receive(_ bytes: RawSpan, from source: Endpoint, at now: Instant) {
        publishing?.receive(bytes, from: source, at: now)
        takePublishingEvents()
    }

    /// Does all that is due: above all, sends what is.
    public mutating func advance(to now: Instant) {
        camera.advance(to: now)
        takeFrames(at: now)
        publishing?.advance(to: now)
        takePublishingEvents()
        pacer.advance(to: now)
        while let departure = pacer.nextDeparture() { depart(departure, at: now) }
    }

    /// When it wants to act next.
    public var nextDeadline: Instant? {
        var earliest = camera.nextDeadline
        for own in [pacer.nextDeadline, publishingDeadline] {
            if let own { earliest = earliest.map { min($0, own) } ?? own }
        }
        return earliest
    }

    private var publishingDeadline: Instant? {
        switch publishing {
        case .some(let session): session.nextDeadline
        case nil: nil
        }
    }

    /// What it has to send.
    public mutating func nextTransmit(into arena: inout SendArena) -> Transmit? {
        publishing?.nextTransmit(into: &arena)
    }

    /// The next fact for the owner.
    public mutating func nextEvent() -> RelayEvent? {
        events.isEmpty ? nil : events.removeFirst()
    }

    private mutating func takePublishingEvents() {
        while let event = publishing?.nextEvent() {
            switch event {
            case .connected: events.append(.connected)
            case .keyframeWanted: continue  // a camera over RTSP cannot be asked
            case .closed(let reason): events.append(.unpublished(reason))
            }
        }
    }

    private mutating func depart(_ departure: Departure, at now: Instant) {
        guard let entry = store.take(departure.packet.payload) else { return }
        guard departure.dropReason == nil else { return }
        let packet = departure.packet
        publishing?.send(
            entry.payload, track: packet.track == pictureTrack ? 0 : 1,
            timestamp: packet.timestamp,
            marker: packet.track == pictureTrack && packet.isFrameEnd, at: entry.captured)
    }
}

// MARK: Frames

extension RelayEngine {
    private mutating func takeFrames(at now: Instant) {
        while let event = camera.nextEvent() {
            switch event {
            case .playing(let format): begin(format)
            case .picture(let unit, let time): take(unit, time: time, at: now)
            case .sound(let frame, let time): take(frame, time: time, at: now)
            case .interrupted(let failure, _):
                counts.isPlaying = false
                counts.cameraInterruptions += 1
                events.append(.interrupted(reason: failure.description))
            }
        }
    }

    private mutating func begin(_ camera: CameraFormat) {
        pacer.reconnected()
        (reordering, isAwaitingKeyframe, origin) = (ReorderingDetector(), true, nil)
        packetizer.parameterSets = camera.parameterSets
        lastTie = [.seconds(-10), .seconds(-10)]
        counts.isPlaying = true
        sound = nil
        hasSound = false
        guard let audio = camera.audio else { return }
        do throws(AudioError) {
            sound = try RelaySound(audio)
            hasSound = true
        } catch {
            events.append(.note("the sound is left out: \(error)"))
        }
    }

    private mutating func take(_ unit: AccessUnit, time: Interval, at now: Instant) {
        counts.receivedFrames += 1
        reordering.accessUnitArrived(unit)
        if let evidence = reordering.evidence {
            events.append(
                .unsuitable(
                    reason: "the source has B-frames, which WebRTC cannot carry: \(evidence)"))
            camera.close(at: now)
            return
        }
        if unit.isKeyframe { announce(unit) }
        guard isConnected else { return }
        if isAwaitingKeyframe, !unit.isKeyframe { return }
        isAwaitingKeyframe = false
        let timestamp = UInt32(truncatingIfNeeded: unit.timestamp)
        tie(0, timestamp, to: time)
        batch.removeAll()
        packetizer.packetize(unit.bytes.span.bytes, timestamp: timestamp, into: &batch)
        for index in 0..<batch.count {
            let payload = batch.payload(at: index).withUnsafeBytes { Array($0) }
            enqueue(
                payload, track: pictureTrack, timestamp: timestamp,
                isFrameEnd: index == batch.count - 1, isKeyframe: unit.isKeyframe,
                captured: instant(of: time, at: now), at: now)
        }
    }

    private mutating func take(_ frame: AudioFrame, time: Interval, at now: Instant) {
        counts.receivedFrames += 1
        guard isConnected, hasSound else { return }
        guard let start = opusTimestamp(frame.timestamp) else { return }
        tie(1, start, to: time)
        sound?.receive(frame)
        while let packet = sound?.next() {
            let timestamp = UInt32(truncatingIfNeeded: packet.timestamp)
            let ahead = Int64(Int32(bitPattern: timestamp &- start)) * 1_000_000 / 48
            enqueue(
                packet.bytes, track: soundTrack, timestamp: timestamp, isFrameEnd: true,
                isKeyframe: true,
                captured: instant(of: time, at: now) + Interval(nanoseconds: ahead), at: now)
        }
    }

    private func opusTimestamp(_ timestamp: Int64) -> UInt32? {
        switch sound {
        case .some(let sound): sound.opusTimestamp(timestamp)
        case nil: nil
        }
    }

    private mutating func enqueue(
        _ payload: [UInt8], track: Int, timestamp: UInt32, isFrameEnd: Bool, isKeyframe: Bool,
        captured: Instant, at now: Instant
    ) {
        guard let slot = store.put(.init(payload: payload, captured: captured)) else { return }
        let packet = PacedPacket(
            payload: slot, track: track, timestamp: timestamp, byteCount: payload.count + 12,
            isFrameEnd: isFrameEnd, isKeyframe: isKeyframe)
        switch pacer.enqueue(packet, at: now) {
        case .queued: return
        case .refused, .dropped: _ = store.take(slot)
        }
    }

    /// The moment of a media time: what sender reports tell, whenever the packet leaves.
    private mutating func instant(of time: Interval, at now: Instant) -> Instant {
        let start = origin ?? Instant(nanoseconds: now.nanoseconds - time.nanoseconds)
        origin = start
        return start + time
    }

    /// Tells the pacer once a second which moment a timestamp is: the camera's clocks made one.
    private mutating func tie(_ track: Int, _ timestamp: UInt32, to time: Interval) {
        guard time - lastTie[track] >= .seconds(1) || time < lastTie[track] else { return }
        lastTie[track] = time
        pacer.senderReport(
            track: track == 0 ? pictureTrack : soundTrack, timestamp: timestamp,
            at: NTPTimestamp(unixNanoseconds: Self.epoch + time.nanoseconds))
    }

    /// The first key frame tells what there is to offer.
    private mutating func announce(_ unit: AccessUnit) {
        guard let profile = profileLevelID(of: unit) else { return }
        let found = RelayFormat(profileLevelID: profile, hasSound: hasSound)
        guard found != format else { return }
        format = found
        events.append(.ready(found))
    }

    private func profileLevelID(of unit: AccessUnit) -> String? {
        var units = unit.units
        while let nal = units.next() {
            guard nal.byteCount > 3, nal.withUnsafeBytes({ $0[0] & 0x1F }) == 7 else { continue }
            let octets = nal.withUnsafeBytes { Array($0[1...3]) }
            return octets.map { octet in
                let digits = String(octet, radix: 16)
                return digits.count == 1 ? "0" + digits : digits
            }.joined()
        }
        return nil
    }

    private var isConnected: Bool {
        switch publishing {
        case .some(let session): session.isConnected
        case nil: false
        }
    }

    private static let epoch: Int64 = 1_000_000_000_000_000_000  // any: only distances count
}
