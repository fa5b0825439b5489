import Audio
import Camera
import Codecs
import MediaFile
import Pacer
import RTP
import Timing
import WebRTC

extension RelayEngine {
    mutating func takeFrames(at now: Instant) {
        while let event = camera?.nextEvent() ?? clip?.next(at: now) {
            switch event {
            case .playing(let format): begin(format)
            case .picture(let unit, let time): take(unit, time: time, at: now)
            case .sound(let frame, let time): take(frame, time: time, at: now)
            case .interrupted(let failure, _):
                counts.isPlaying = false
                counts.cameraInterruptions += 1
                events.append(
                    .interrupted(
                        reason: failure.description + failure.advice,
                        isTransient: failure.isTransient))
            }
        }
    }

    mutating func begin(_ camera: CameraFormat) {
        pacer.reconnected()
        (reordering, isAwaitingKeyframe, origin) = (ReorderingDetector(), true, nil)
        packetizer.parameterSets = camera.parameterSets
        lastTie = [.seconds(-10), .seconds(-10)]
        pictureLine.sourceChanged()
        soundLine.sourceChanged()
        counts.isPlaying = true
        if clip == nil { events.append(.resumed) }
        sound = nil
        hasSound = false
        guard let audio = camera.audio else {
            guard !camera.unknownAudio.isEmpty else { return }
            let names = camera.unknownAudio.joined(separator: ", ")
            return events.append(.note("the sound is left out: \(names) is not known here"))
        }
        do throws(AudioError) {
            sound = try RelaySound(audio)
            hasSound = true
        } catch {
            events.append(.note("the sound is left out: \(error)"))
        }
    }

    private mutating func take(_ unit: AccessUnit, time: Interval, at now: Instant) {
        counts.receivedFrames += 1
        if clip == nil { reordering.accessUnitArrived(unit) }  // a clip's were looked at before
        if let evidence = reordering.evidence { return refuse(evidence, at: now) }
        if unit.isKeyframe { announce(unit) }
        guard isConnected else { return }
        if isAwaitingKeyframe, !unit.isKeyframe { return }
        isAwaitingKeyframe = false
        let captured = instant(of: time, at: now)
        let timestamp = pictureLine.timestamp(
            for: UInt32(truncatingIfNeeded: unit.timestamp), captured: captured)
        tie(0, timestamp, to: time)
        batch.removeAll()
        packetizer.packetize(unit.bytes.span.bytes, timestamp: timestamp, into: &batch)
        for index in 0..<batch.count {
            let payload = batch.payload(at: index).withUnsafeBytes { Array($0) }
            enqueue(
                payload, track: pictureTrack, timestamp: timestamp,
                isFrameEnd: index == batch.count - 1, isKeyframe: unit.isKeyframe,
                captured: captured, at: now)
        }
    }

    mutating func refuse(_ evidence: ReorderingDetector.Evidence, at now: Instant) {
        guard !isRefused else { return }  // said once, however many pictures are still on their way
        isRefused = true
        events.append(
            .unsuitable(
                reason: "the source has B-frames, which WebRTC cannot carry: \(evidence)"))
        camera?.close(at: now)
        clip = nil
    }

    private mutating func take(_ frame: AudioFrame, time: Interval, at now: Instant) {
        counts.receivedFrames += 1
        guard isConnected, hasSound else { return }
        guard let start = opusTimestamp(frame.timestamp) else { return }
        let captured = instant(of: time, at: now)
        tie(1, soundLine.timestamp(for: start, captured: captured), to: time)
        sound?.receive(frame)
        lastSound = (start, time)
        sendSound(from: start, time: time, at: now)
    }

    /// Queues what the sound's encoder has made; `start` is the timestamp at `time`.
    mutating func sendSound(from start: UInt32, time: Interval, at now: Instant) {
        while let packet = sound?.next() {
            let timestamp = UInt32(truncatingIfNeeded: packet.timestamp)
            let ahead = Int64(Int32(bitPattern: timestamp &- start)) * 1_000_000 / 48
            enqueue(
                packet.bytes, track: soundTrack, timestamp: soundLine.mapped(timestamp),
                isFrameEnd: true, isKeyframe: true,
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
    mutating func announce(_ unit: AccessUnit) {
        guard let profile = profileLevelID(of: unit) else { return }
        let found = RelayFormat(profileLevelID: profile, hasSound: hasSound)
        guard found != format else { return }
        format = found
        events.append(.ready(found))
    }

    private func profileLevelID(of unit: AccessUnit) -> String? {
        var sets = packetizer.parameterSets
        var units = unit.units
        while let nal = units.next() { sets.learn(nal) }
        guard let set = sets.sequence, set.count > 3 else { return nil }
        return set[1...3].map { octet in
            let digits = String(octet, radix: 16)
            return digits.count == 1 ? "0" + digits : digits
        }.joined()
    }

    private static let epoch: Int64 = 1_000_000_000_000_000_000  // any: only distances count
}

extension CameraFailure {
    /// What a person can do about it, where that is not obvious.
    fileprivate var advice: String {
        guard case .camera(.noTrack(_, let offered)) = self, offered.contains("H265") else {
            return ""
        }
        return RelayError.h265Advice
    }
}
