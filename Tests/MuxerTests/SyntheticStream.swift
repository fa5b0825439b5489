import Codecs
import Muxer
import Timing
import Wire

/// One sample with its octets, as a source would hand it over.
struct SourceSample {
    var sample: Sample
    var payload: [UInt8]
}

/// Streams without a camera: sizes and octets from a seed, so that figures are exact.
struct SyntheticStream {
    var state: UInt64

    init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

    mutating func next(below limit: Int) -> Int {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return Int(state % UInt64(limit))
    }

    /// Octets without zeros: no start code can come about by accident.
    mutating func octets(_ count: Int) -> [UInt8] {
        (0..<count).map { _ in UInt8(next(below: 255) + 1) }
    }

    /// An access unit of one slice, in either framing.
    mutating func picture(
        isKeyframe: Bool, byteCount: Int, framing: NALUnitFraming, sets: [[UInt8]] = []
    ) -> [UInt8] {
        let slice = [isKeyframe ? 0x65 : 0x41] + octets(max(byteCount - 5, 1))
        return (sets + [slice]).flatMap { Self.framed($0, framing) }
    }

    static func framed(_ unit: [UInt8], _ framing: NALUnitFraming) -> [UInt8] {
        guard framing != .startCodes else { return [0, 0, 0, 1] + unit }
        let count = UInt32(unit.count)
        return [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: count >> $0) } + unit
    }

    static let sps = hexadecimal("6742c01fd9005005bb0110000003001000000303c0f1832480")
    static let pps: [UInt8] = [0x68, 0xCE, 0x3C, 0x80]
    static let lengths = NALUnitFraming.lengths(octets: 4)
    static let h264 = TrackFormat.h264(parameterSets: [sps, pps], framing: lengths)
}

/// A camera's stream: video at an even rate with key frames, and audio beside it.
struct Clip: Sendable {
    var name = "clip"
    var framesPerSecond = 30
    var videoBitrate = 2_000_000
    var keyframeSeconds = 2
    var audio: TrackFormat?
    var audioBitrate = 64_000
    var seconds = 10
    var start = Interval.zero

    var formats: [TrackFormat] { [SyntheticStream.h264] + (audio.map { [$0] } ?? []) }

    /// All samples, merged by decode time. A key frame is eight times as long as another.
    func samples(seed: UInt64 = 1) -> [SourceSample] {
        var source = SyntheticStream(seed: seed)
        var all: [SourceSample] = []
        let period = keyframeSeconds * framesPerSecond
        let unit = videoBitrate * keyframeSeconds / 8 / (period + 7)
        for index in 0..<seconds * framesPerSecond {
            let isKeyframe = index % period == 0
            let mean = isKeyframe ? unit * 8 : unit
            let size = mean / 2 + source.next(below: mean)
            let time = start + .nanoseconds(index * 1_000_000_000 / framesPerSecond)
            let payload = source.picture(
                isKeyframe: isKeyframe, byteCount: size, framing: SyntheticStream.lengths)
            all.append(
                SourceSample(
                    sample: Sample(track: 0, time: time, isKeyframe: isKeyframe),
                    payload: payload))
        }
        all += audioSamples(&source)
        return all.enumerated().sorted {
            ($0.element.sample.decodeTime, $0.offset) < ($1.element.sample.decodeTime, $1.offset)
        }.map(\.element)
    }

    private func audioSamples(_ source: inout SyntheticStream) -> [SourceSample] {
        var all: [SourceSample] = []
        switch audio {
        case .aac(let configuration):
            let rate = configuration.sampleRate
            for index in 0..<seconds * rate / 1_024 {
                let mean = audioBitrate * 1_024 / rate / 8
                let time = start + .nanoseconds(index * 1_024 * 1_000_000_000 / rate)
                let payload = source.octets(mean * 3 / 4 + source.next(below: mean / 2))
                all.append(
                    SourceSample(sample: Sample(track: 1, time: time), payload: payload))
            }
        case .opus:
            for index in 0..<seconds * 50 {
                let mean = audioBitrate / 400
                let payload = [0xFC] + source.octets(mean * 3 / 4 + source.next(below: mean / 2))
                let time = start + .milliseconds(Int64(index) * 20)
                all.append(
                    SourceSample(sample: Sample(track: 1, time: time), payload: payload))
            }
        case .mp3(let rate):
            for index in 0..<seconds * rate / 1_152 {
                // 128 kbit/s at 44.1 kHz, without padding.
                let payload = [0xFF, 0xFB, 0x90, 0x40] + source.octets(413)
                let time = start + .nanoseconds(index * 1_152 * 1_000_000_000 / rate)
                all.append(
                    SourceSample(sample: Sample(track: 1, time: time), payload: payload))
            }
        case .h264, .h265, .vp8, .vp9, .av1, .g711, nil:
            break
        }
        return all
    }
}

extension Interval {
    static func nanoseconds(_ count: Int) -> Interval { Interval(nanoseconds: Int64(count)) }
}

/// A stream as one array, with the offset at which each sample's call ended.
func mux(
    _ samples: [SourceSample], _ formats: [TrackFormat],
    _ configuration: TransportStreamConfiguration = TransportStreamConfiguration()
) throws -> (bytes: [UInt8], ends: [Int], statistics: TransportStreamStatistics) {
    var writer = try TransportStreamWriter(formats, configuration: configuration)
    var output = ByteWriter()
    var ends: [Int] = []
    for sample in samples {
        try writer.write(sample.sample, payload: sample.payload.span.bytes, into: &output)
        ends.append(output.count)
    }
    writer.flush(into: &output)
    return (output.bytes, ends, writer.statistics)
}

func check(
    _ bytes: [UInt8], limits: TransportStreamChecker.Limits = TransportStreamChecker.Limits()
) -> TransportStreamChecker {
    var checker = TransportStreamChecker(limits: limits)
    checker.receive(bytes.span.bytes)
    checker.finish()
    return checker
}

func demux(_ bytes: [UInt8]) -> [TransportStreamDemuxer.Unit] {
    var demuxer = TransportStreamDemuxer()
    demuxer.receive(bytes.span.bytes)
    demuxer.finish()
    return demuxer.takeUnits()
}

func hexadecimal(_ text: String) -> [UInt8] {
    let digits = text.compactMap { $0.hexDigitValue }
    return stride(from: 0, to: digits.count - 1, by: 2).map {
        UInt8(digits[$0] << 4 | digits[$0 + 1])
    }
}

func aac(_ rate: Int = 48_000, channels: Int = 2) throws -> TrackFormat {
    guard let configuration = AudioSpecificConfig(sampleRate: rate, channelCount: channels) else {
        throw MuxerError.unsupportedFormat(track: 1)
    }
    return .aac(configuration)
}
