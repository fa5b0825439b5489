import Codecs
public import Muxer
public import RTP
public import Timing
import Wire

/// The tracks of one source on their way into files: from the first key frame on, or from the first
/// sound where there is no picture; another file where the limits say so.
public struct StreamRecording: ~Copyable {
    /// What has gone into the files.
    public internal(set) var statistics = RecordingStatistics()
    /// How much may be written, by what the disk can take.
    public var intake: RecordingIntake { gate.intake }

    /// What the files are: the container asked for, or the nearest that holds the tracks.
    public let container: Container

    private var writer: SegmentWriter
    private let options: RecordingOptions
    private let pictureTrack: Int?
    private let soundTrack: Int?
    private var dating: FileDating
    private var output = ByteWriter(capacity: 65_536)
    private var events: [RecordingEvent] = []
    private var (isStarted, hasNoted) = (false, false)
    private var gate = IntakeGate()
    private var file: OpenFile?
    /// Two days of spans: who plays a file keeps them all, and counts on each staying what it is.
    var spanLimit = LiveIndex.spanLimit / 4 * 3
    private var order: PictureOrder

    /// What has been handed out of the file that has begun.
    private struct OpenFile {
        var spans = SpanCount()
        /// Frames of the whole recording, up to there.
        var frames: FrameCount
    }

    /// A recording that nothing has been written to.
    ///
    /// - Parameters:
    ///   - picture: The format of the pictures, if any come.
    ///   - sound: The format of the sound, if any comes.
    ///   - options: How it is cut into files.
    ///   - clock: The wall clock, for the indexes and for cuts on it.
    ///   - connection: Which connection to the source it is, for its statistics.
    public init(
        picture: TrackFormat?, sound: TrackFormat?, options: RecordingOptions, clock: ClockMap,
        connection: Int64 = 0
    ) throws(MuxerError) {
        pictureTrack = picture == nil ? nil : 0
        soundTrack = sound == nil ? nil : picture == nil ? 0 : 1
        (self.options, dating, order) = (options, FileDating(clock), PictureOrder(picture))
        let formats = [picture, sound].compactMap { $0 }
        var container = options.container
        do throws(MuxerError) {
            writer = try SegmentWriter(formats, container: container, limits: options.limits)
        } catch {
            guard case .cannotHold(_, _, _, let nearest?) = error else { throw error }
            container = nearest
            writer = try SegmentWriter(formats, container: container, limits: options.limits)
            events.append(.note("\(error.description), and is written"))
        }
        (self.container, statistics.connection) = (container, connection)
    }

    /// Takes a picture in.
    public mutating func write(_ unit: AccessUnit, time: Interval) {
        statistics.receivedVideoFrames += 1
        statistics.firstVideoTime = statistics.firstVideoTime ?? time
        dating.frameArrived(time, at: unit.arrival)
        guard let pictureTrack, isStarted || unit.isKeyframe else {
            return statistics.earlyFrames += 1
        }
        let decodeTime = order.decodeTime(of: unit, at: time)
        statistics.pictureJitter.note(decodeTime)
        guard gate.admits(unit) else { return statistics.withheldFrames += 1 }
        isStarted = true
        if unit.isKeyframe { prepareFile(at: decodeTime) }
        let sample = Sample(
            track: pictureTrack, presentationTime: time, decodeTime: decodeTime,
            isKeyframe: unit.isKeyframe)
        if append(sample, unit.bytes) { statistics.videoFrames += 1 }
    }

    /// Takes a frame of sound in; before the first picture it is dropped.
    public mutating func write(_ frame: AudioFrame, time: Interval) {
        statistics.receivedAudioFrames += 1
        statistics.firstAudioTime = statistics.firstAudioTime ?? time
        guard let soundTrack, isStarted || pictureTrack == nil else {
            return statistics.earlyFrames += 1
        }
        guard intake != .nothing else { return statistics.withheldFrames += 1 }
        isStarted = true
        if pictureTrack == nil {
            dating.frameArrived(time, at: frame.arrival)
            prepareFile(at: time)
        } else {
            dating.otherFrameArrived(at: frame.arrival)
        }
        if append(Sample(track: soundTrack, time: time), frame.bytes) {
            statistics.audioFrames += 1
            let count = writer.formats[soundTrack].sampleCount(of: frame.bytes.span.bytes)
            statistics.audioSamples += UInt64(count ?? 0)
        }
    }

    /// Writes less from now on, or all again: from the next key frame. With nothing to be written the
    /// file ends whole.
    public mutating func limit(to intake: RecordingIntake) {
        guard intake != gate.intake else { return }
        if intake == .nothing { finish() }
        gate.limit(to: intake)
    }

    /// Dates files and cuts by this from now on. The present file's dates stay on one line.
    public mutating func follow(_ clock: ClockMap) { dating.follow(clock) }

    /// Takes note of when media time zero was, in nanoseconds since 1970, by the sender's reports.
    mutating func follow(sender wallClock: Int64?) { dating.follow(sender: wallClock) }

    /// Writes what has been gathered, for nothing comes behind it, and goes on with the file.
    mutating func flush() {
        dating.settle()
        if file != nil { writer.flush(into: &output) }
    }

    /// Writes what has been gathered: the file is whole after it, and the next key frame begins
    /// another.
    public mutating func finish() {
        guard file != nil else { return }
        writer.end(into: &output)
        endFile(at: output.count)
    }

    /// What is to be done with files; `nil` when there is nothing. To be asked after every frame.
    public mutating func nextEvent() -> RecordingEvent? {
        if events.isEmpty { hand(output.count) }
        return events.isEmpty ? nil : events.removeFirst()
    }

    /// Octets that are kept from one call to the next: those of the largest frame.
    var retainedBytes: Int { output.bytes.capacity }
}

extension StreamRecording {
    /// A file may begin with what comes next: it is told the date, and the one before is ended where
    /// the wall clock has come to a multiple of the alignment.
    private mutating func prepareFile(at time: Interval) {
        writer.wallClock = dating.wallClock()
        let isCut = dating.isCut(time, every: options.alignment)
        if isCut || file?.spans.value ?? 0 >= spanLimit { finish() }
    }

    private mutating func append(_ sample: Sample, _ payload: [UInt8]) -> Bool {
        do throws(MuxerError) {
            switch try writer.write(sample, payload: payload.span.bytes, into: &output) {
            case .written: return true
            case .began(let offset):
                endFile(at: offset)
                file = OpenFile(frames: statistics.frames)
                events.append(.began(container))
                return true
            case .leftOut: break
            case .awaitsKeyframe: endFile(at: output.count)
            }
        } catch { note(error) }
        statistics.droppedFrames += 1
        return false
    }

    /// Why a frame cannot be written is told of the first one: the others are counted.
    private mutating func note(_ error: MuxerError) {
        guard !hasNoted else { return }
        hasNoted = true
        events.append(.note("a frame cannot be written: \(error.description)"))
    }

    /// The first `count` octets of the output are the last of the file, where there is one.
    private mutating func endFile(at count: Int) {
        guard file != nil else { return }
        hand(count, isLast: true)
        events.append(.finished(statistics))
        file = nil
    }

    /// Hands out the first `count` octets of the output, with the parts that they complete.
    private mutating func hand(_ count: Int, isLast: Bool = false) {
        guard var file else { return }
        let finished = writer.takeParts()
        guard count > 0 || !finished.isEmpty || dating.isDue else { return }
        var chunk = FileChunk(
            bytes: Array(output.bytes[..<count]), index: finished.flatMap(\.record),
            parts: finished.map(\.part), frames: statistics.frames.since(file.frames))
        file.frames = statistics.frames
        if file.spans.value == 0, let first = finished.first { dating.begin(first.record) }
        dating.date(&chunk, isLast: isLast)
        for part in chunk.parts { file.spans.append(part) }
        self.file = file
        if count == output.count { output.removeAll() } else { output.removeFirst(count) }
        statistics.writtenBytes += UInt64(count)
        statistics.correctedTimes = writer.correctedTimes
        events.append(.data(chunk, statistics))
    }
}
