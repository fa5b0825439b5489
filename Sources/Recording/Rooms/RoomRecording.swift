import Camera
import RTP
import SDP
import SFU
import Timing
import Wire

/// One recording of a room: packets of the tracks chosen in, the octets of files out.
///
/// Other tracks than before begin another file, and so does a track whose SSRC is another. What the
/// publisher's network lost, the room's loop asks for again, and it is waited for here; for what the
/// pipe has lost, a key frame is asked for.
struct RoomRecording: ~Copyable {
    /// By which its events are known.
    let id: Int
    /// Of which room.
    let room: String
    /// Whom of it; `nil` for the first who sends.
    let peer: String?
    /// What is recorded of it.
    private(set) var choice = RoomChoice()
    /// Whether its owner has it on a list of those with something to tell.
    var isListed = false

    var tracks = ReceivedTracks(picture: nil, sound: nil)
    var frames: FrameRecorder
    var wish = KeyframeWish()
    var early: [ReportedClock?] = [nil, nil]  // before the track's first packet
    var hasCome = [false, false]
    var lacksKeyframe = false
    /// What came through the pipe and made no sense, since its tracks began.
    var malformedFrames: UInt64 = 0

    private var isAbsenceTold = false  // that nobody sends of those it may record

    init(
        id: Int, room: String, peer: String?, options: RecordingOptions, clock: ClockMap
    ) {
        (self.id, self.room, self.peer) = (id, room, peer)
        frames = FrameRecorder(options: options, clock: clock)
    }

    var nextDeadline: Instant? {
        [tracks.nextDeadline, frames.nextDeadline, wish.nextDeadline].compactMap { $0 }.min()
    }

    /// Records what is chosen from now on: in another file, if it was something else before.
    mutating func follow(
        _ next: RoomChoice, _ picture: PipedTrack?, _ sound: PipedTrack?, at now: Instant
    ) {
        let former = choice
        choice = next
        guard (next.picture, next.sound) != (former.picture, former.sound) else { return }
        takeRest(at: now)
        guard !next.isEmpty else {
            tracks = ReceivedTracks(picture: nil, sound: nil)
            wish.forget()
            isAbsenceTold = true
            return frames.interrupt("\(absence) in the room any more")
        }
        if !former.isEmpty { frames.note("the room's tracks have changed: another file begins") }
        begin(picture, sound, at: now)
    }

    /// A track comes under another SSRC: its numbers and times have nothing to do with those before.
    mutating func restart(_ picture: PipedTrack?, _ sound: PipedTrack?, at now: Instant) {
        guard hasCome.contains(true) else { return }
        takeRest(at: now)
        frames.note("a track comes from another source: another file begins")
        begin(picture, sound, at: now)
    }

    private mutating func begin(
        _ picture: PipedTrack?, _ sound: PipedTrack?, at now: Instant
    ) {
        tracks = ReceivedTracks(
            picture: picture.flatMap { PictureReceiver($0) },
            sound: sound.flatMap { SoundReceiver($0) })
        (early, hasCome) = ([picture?.report, sound?.report], [false, false])
        (lacksKeyframe, malformedFrames) = (false, 0)
        wish.forget()
        if tracks.hasPicture { wish.expect(at: now) }
        frames.connected(at: now)
        frames.begin(picture: tracks.pictureFormat, sound: tracks.soundFormat, at: now)
    }

    /// Tells that nobody is there yet, or not the one who is recorded.
    mutating func noteAbsence() {
        guard choice.isEmpty, !isAbsenceTold else { return }
        isAbsenceTold = true
        frames.interrupt("\(absence) in the room yet", isAwaited: true)
    }

    private var absence: String { peer.map { "\($0) does not send" } ?? "nobody sends" }

    /// Takes in a packet of one of its tracks.
    mutating func receive(_ packet: RawSpan, of key: PipedTrack.Key, at now: Instant) {
        guard let kind = kind(of: key) else { return }
        if !hasCome[ReceivedTracks.Kind.picture.rawValue] {
            // Sound before the first picture is in no file; taken in, it would begin the time line by its
            // arrival, and the pictures from before that follow are older.
            if kind == .sound, choice.picture != nil { return }
            if kind == .picture { alignStart(to: packet) }
        }
        tracks.receive(packet, of: kind, at: now)
        if !hasCome[kind.rawValue] {
            hasCome[kind.rawValue] = true
            if let report = early[kind.rawValue] { take(report, of: kind, at: now) }
        }
        takeFrames(at: now)
    }

    mutating func reportArrived(_ report: ReportedClock, of key: PipedTrack.Key, at now: Instant) {
        guard let kind = kind(of: key) else { return }
        early[kind.rawValue] = report
        if hasCome[kind.rawValue] { take(report, of: kind, at: now) }
    }

    mutating func follow(_ clock: ClockMap) { frames.follow(clock) }

    mutating func limit(to intake: RecordingIntake, at now: Instant) {
        frames.limit(to: intake)
        wish.limit(to: intake, at: now)
    }

    mutating func advance(to now: Instant) {
        tracks.advance(to: now)
        takeFrames(at: now)
        if frames.advance(to: now) { wish.needed(at: now) }
        if wish.advance(to: now) { lacksKeyframe = true }
    }

    /// Ends the file.
    mutating func close(at now: Instant) {
        takeRest(at: now)
        frames.finish()
    }

    mutating func nextEvent() -> RecordingEvent? { frames.nextEvent() }

    /// The picture's track, where a key frame of it is to be asked for now.
    mutating func takeKeyframeWish() -> PipedTrack.Key? {
        guard lacksKeyframe, let picture = choice.picture else { return nil }
        lacksKeyframe = false
        frames.keyframeRequested()
        return picture
    }
}

extension PictureReceiver {
    fileprivate init?(_ piped: PipedTrack) {
        guard let encoding = PictureEncoding(piped.track.codec.codec) else { return nil }
        self.init(
            encoding, payloadType: piped.track.codec.payloadType,
            parameters: piped.track.codec.parameters, patience: ReceivedTracks.patience,
            packetLimit: ReceivedTracks.packetLimit,
            resumesAtKeyframe: true)
    }
}

extension SoundReceiver {
    fileprivate init?(_ piped: PipedTrack) {
        let format = PayloadFormat(
            payloadType: piped.track.codec.payloadType, encodingName: "opus", clockRate: 48_000)
        self.init(format, patience: ReceivedTracks.patience)
    }
}
