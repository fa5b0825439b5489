import Codecs
public import Muxer
public import RTP
public import Timing
import Wire

/// The tracks of one source on their way into one MPEG-TS file: from the first key frame on, or from
/// the first sound where there is no picture.
public struct StreamRecording: ~Copyable {
    /// What has gone into it.
    public private(set) var statistics = RecordingStatistics()

    private var writer: TransportStreamWriter
    private let pictureTrack: Int?
    private let soundTrack: Int?
    private var output = ByteWriter(capacity: 65_536)
    private var isStarted = false
    private var lastPicture: Interval?

    /// A file that nothing has been written to.
    ///
    /// - Parameters:
    ///   - hasPicture: Whether H.264 access units will come.
    ///   - sound: The format of the sound, if any comes.
    public init(hasPicture: Bool, sound: TrackFormat?) throws(MuxerError) {
        var formats: [TrackFormat] = []
        if hasPicture {
            formats.append(.h264(parameterSets: [], framing: AccessUnit.framing))
        }
        if let sound { formats.append(sound) }
        pictureTrack = hasPicture ? 0 : nil
        soundTrack = sound == nil ? nil : formats.count - 1
        writer = try TransportStreamWriter(formats)
    }

    /// Takes a picture in.
    public mutating func write(_ unit: AccessUnit, time: Interval) {
        guard let pictureTrack, isStarted || unit.isKeyframe else {
            statistics.droppedFrames += 1
            return
        }
        isStarted = true
        let sample = Sample(track: pictureTrack, time: time, isKeyframe: unit.isKeyframe)
        append(sample, unit.bytes.span.bytes)
        statistics.videoFrames += 1
        lastPicture = time
    }

    /// Takes a frame of sound in; before the first picture it is dropped.
    public mutating func write(_ frame: AudioFrame, time: Interval) {
        guard let soundTrack, isStarted || pictureTrack == nil else { return }
        isStarted = true
        append(Sample(track: soundTrack, time: time), frame.bytes.span.bytes)
        statistics.audioFrames += 1
    }

    /// Writes what has been gathered: the file is whole after it.
    public mutating func finish() {
        writer.flush(into: &output)
        statistics.writtenBytes = UInt64(writer.statistics.writtenByteCount)
    }

    /// What is to be written to the file now; `nil` when there is nothing.
    public mutating func nextOutput() -> [UInt8]? {
        guard output.count > 0 else { return nil }
        defer { output.removeAll() }
        return output.bytes
    }

    private mutating func append(_ sample: Sample, _ payload: RawSpan) {
        do throws(MuxerError) {
            try writer.write(sample, payload: payload, into: &output)
            statistics.writtenBytes = UInt64(writer.statistics.writtenByteCount)
            statistics.correctedTimes = writer.statistics.correctedTimes
        } catch {
            statistics.droppedFrames += 1
        }
    }
}

/// What has gone into a recording.
public struct RecordingStatistics: Hashable, Sendable {
    /// Pictures.
    public var videoFrames: UInt64 = 0
    /// Frames of sound.
    public var audioFrames: UInt64 = 0
    /// Frames that could not be written: before the first key frame, or malformed.
    public var droppedFrames: UInt64 = 0
    /// Octets for the file.
    public var writtenBytes: UInt64 = 0
    /// Times that did not rise and were moved.
    public var correctedTimes = 0

    /// Nothing.
    public init() {}
}
