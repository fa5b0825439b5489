import Camera
import Muxer
import RTP
import Timing

/// What all sources of recordings have in common: frames in, a watch over their coming, events out.
struct FrameRecorder: ~Copyable {
    private var recording: StreamRecording?
    private var events: [RecordingEvent] = []
    private var stall = StallWatch()
    private var intake = RecordingIntake.everything
    /// When what has been gathered is written though nothing has come behind it: after a crash it is lost.
    private var flushing: Instant?
    private var counted: Instant?  // what was lost
    private var hasKeyframe = false
    private var told = RecordingStatistics()  // what the owner knows
    private var unrecordedSound: [String] = []
    private let options: RecordingOptions
    private var clock: ClockMap

    init(options: RecordingOptions, clock: ClockMap) {
        (self.options, self.clock) = (options, clock)
    }

    var nextDeadline: Instant? {
        guard let flushing else { return stall.nextDeadline }
        return stall.nextDeadline.map { min($0, flushing) } ?? flushing
    }

    /// The source is there, with these tracks: a file begins with its first key frame.
    mutating func begin(picture: TrackFormat?, sound: TrackFormat?, at now: Instant) {
        let wasStalled = stall.isStalled
        finish()
        if wasStalled { events.append(.stalled(false)) }
        stall.frameArrived(at: now)
        hasKeyframe = false
        do throws(MuxerError) {
            recording = try StreamRecording(
                picture: picture, sound: sound, options: options, clock: clock,
                connection: now.nanoseconds)
            recording?.limit(to: intake)
        } catch {
            events.append(.interrupted(reason: error.description, isFinal: true))
        }
    }

    /// Writes what tracks have ready.
    ///
    /// - Parameter wish: Hears of key frames that have come, and of those that are needed.
    mutating func take(
        from tracks: inout ReceivedTracks, _ wish: inout KeyframeWish, at now: Instant
    ) {
        follow(sender: tracks.senderWallClock)
        while let frame = tracks.next() {
            switch frame {
            case .picture(let unit, let time):
                write(unit, time: time, at: now)
                if unit.isKeyframe { wish.keyframeArrived(at: now) }
            case .sound(let frame, let time):
                write(frame, time: time, isAlone: !tracks.hasPicture, at: now)
            case .keyframeNeeded: wish.needed(at: now)
            }
        }
    }

    mutating func write(_ unit: AccessUnit, time: Interval, at now: Instant) {
        frameArrived(at: now)
        flushing = now + Self.patience
        if unit.isKeyframe, !hasKeyframe {
            // What came before it is all there is of that: it is told with the first file.
            (hasKeyframe, counted) = (true, nil)
        }
        recording?.write(unit, time: time)
    }

    /// - Parameter isAlone: Whether there is no picture, whose coming is watched otherwise.
    mutating func write(_ frame: AudioFrame, time: Interval, isAlone: Bool, at now: Instant) {
        if isAlone { frameArrived(at: now) } else { stall.soundArrived(at: now) }
        flushing = now + Self.patience
        recording?.write(frame, time: time)
    }

    /// Counts a key frame asked of the source.
    mutating func keyframeRequested() { recording?.keyframeRequested() }

    /// Whether what was lost is to be noted again: once a second will do.
    func isCountDue(at now: Instant) -> Bool {
        counted.map { now - $0 >= Self.countingInterval } ?? true
    }

    /// Notes what was lost of the source so far.
    mutating func count(_ source: SourceStatistics, at now: Instant) {
        recording?.count(source)
        counted = now
        tellCounts()
    }

    /// Counts a packet of another than the source.
    mutating func foreignPacketArrived() { recording?.foreignPacketArrived() }

    mutating func limit(to intake: RecordingIntake) {
        self.intake = intake
        recording?.limit(to: intake)
        collect()
    }

    mutating func follow(_ clock: ClockMap) {
        self.clock = clock
        recording?.follow(clock)
    }

    /// Takes note of when media time zero was, in nanoseconds since 1970, by the sender's reports.
    mutating func follow(sender wallClock: Int64?) { recording?.follow(sender: wallClock) }

    /// - Returns: Whether the source has just been found to send nothing.
    mutating func advance(to now: Instant) -> Bool {
        if let due = flushing, due <= now {
            flushing = nil
            recording?.flush()
        }
        collect()
        switch stall.advance(to: now) {
        case .none: return false
        case .stalled:
            events.append(.stalled(true))
            return true
        case .giveUp:
            recording?.finish()
            collect()
            return false
        }
    }

    /// The source is away: the file ends.
    ///
    /// - Parameter isAwaited: Whether nobody is there to be recorded yet.
    mutating func interrupt(_ reason: String, isAwaited: Bool = false) {
        finish()
        events.append(.interrupted(reason: reason, isFinal: false, isAwaited: isAwaited))
    }

    /// The source has answered.
    mutating func connected(at now: Instant) { events.append(.connected(at: now)) }

    mutating func note(_ text: String) { events.append(.note(text)) }

    /// Tells of what encodings the source's sound is that cannot be recorded, of none where it can: where
    /// that has changed.
    mutating func leftOut(_ encodings: [String]) {
        guard encodings != unrecordedSound else { return }
        unrecordedSound = encodings
        events.append(.leftOut(sound: encodings))
    }

    mutating func finish() {
        stall.sourceLeft()
        recording?.finish()
        collect()
        tellCounts()
        recording = nil
        flushing = nil
    }

    mutating func nextEvent() -> RecordingEvent? {
        collect()
        return events.isEmpty ? nil : events.removeFirst()
    }

    private mutating func frameArrived(at now: Instant) {
        if stall.isStalled { events.append(.stalled(false)) }
        stall.frameArrived(at: now)
    }

    private mutating func collect() {
        while let event = recording?.nextEvent() {
            switch event {
            case .data(_, let statistics), .finished(let statistics): told = statistics
            case .connected, .began, .counted, .stalled, .leftOut, .interrupted, .note: break
            }
            events.append(event)
        }
    }

    /// What has come and is in no file is told of as well.
    private mutating func tellCounts() {
        guard let statistics = recording?.statistics, statistics != told else { return }
        told = statistics
        events.append(.counted(statistics))
    }

    /// As long as a part lasts: where frames come as they should, it never comes to that.
    private static let patience = Interval.milliseconds(200)
    private static let countingInterval = Interval.seconds(1)
}
