import Codecs
import Glibc
import Muxer
import Timing
import Wire

/// Two seconds of samples at a time: pictures, and sound of 64 kbit/s.
struct Source {
    let formats: [TrackFormat]
    private let key: [UInt8]
    private let other: [UInt8]
    private let sound: [UInt8]
    /// Of 48 kHz, in a frame of sound.
    private let frameSamples: Int

    /// What a container holds: VP8 and Opus in WebM, H.264 and AAC in the others.
    init(_ container: Container) {
        guard let aac = AudioSpecificConfig(sampleRate: 48_000, channelCount: 2) else { exit(1) }
        guard container != .webm else {
            formats = [.vp8(nil), .opus(channelCount: 2)]
            let head: [UInt8] = [0x50, 0x03, 0x00, 0x9D, 0x01, 0x2A, 0x00, 0x05, 0xD0, 0x02]
            key = head + [UInt8](repeating: 0x5A, count: 40_000)
            other = [UInt8](repeating: 0x51, count: 7_700)
            (sound, frameSamples) = ([UInt8](repeating: 0xFC, count: 160), 960)
            return
        }
        let framing: NALUnitFraming = container == .mpegts ? .startCodes : .lengths(octets: 4)
        let sets: [[UInt8]] = [Self.sps, [0x68, 0xCE, 0x3C, 0x80]]
        formats = [.h264(parameterSets: sets, framing: framing), .aac(aac)]
        key = Self.picture(0x65, 40_000, sets, framing)
        other = Self.picture(0x41, 7_700, [], framing)
        (sound, frameSamples) = ([UInt8](repeating: 0x21, count: 170), 1024)
    }

    func write(
        _ segment: Int, to writer: inout SegmentWriter, into output: inout ByteWriter
    ) throws(MuxerError) {
        for number in segment * 60..<(segment + 1) * 60 {
            let sample = Sample(
                track: 0, time: Self.time(number * 1600), isKeyframe: number % 60 == 0)
            let payload = sample.isKeyframe ? key : other
            _ = try writer.write(sample, payload: payload.span.bytes, into: &output)
            // The frames of sound that are heard until the next picture.
            let frames = [number, number + 1].map { ($0 * 1600 + frameSamples - 1) / frameSamples }
            for frame in frames[0]..<frames[1] {
                _ = try writer.write(
                    Sample(track: 1, time: Self.time(frame * frameSamples)),
                    payload: sound.span.bytes, into: &output)
            }
        }
    }

    /// So many samples of 48 kHz after the beginning.
    private static func time(_ samples: Int) -> Interval {
        Interval(nanoseconds: Int64(samples) * 1_000_000_000 / 48_000)
    }

    private static func picture(
        _ kind: UInt8, _ count: Int, _ sets: [[UInt8]], _ framing: NALUnitFraming
    ) -> [UInt8] {
        (sets + [[kind] + [UInt8](repeating: 0x5A, count: count)]).flatMap { unit -> [UInt8] in
            guard framing != .startCodes else { return [0, 0, 0, 1] + unit }
            return [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: unit.count >> $0) } + unit
        }
    }

    private static let sps: [UInt8] = [
        0x67, 0x42, 0xC0, 0x1F, 0xD9, 0x00, 0x50, 0x05, 0xBB, 0x01, 0x10, 0x00, 0x00, 0x03, 0x00,
        0x10, 0x00, 0x00, 0x03, 0x03, 0xC0, 0xF1, 0x83, 0x24, 0x80,
    ]
}
