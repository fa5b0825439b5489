import Codecs
import Foundation
import Muxer
import Testing
import Timing
import Wire

/// A clip that ffmpeg encoded into MP4, taken apart by ffprobe: samples as a camera would give them.
struct RecordedClip {
    struct Packet: Decodable {
        let stream_index: Int
        let pts: Int64
        let dts: Int64
        let size: String
        let pos: String?
        let flags: String
        let data_hash: String

        var isKeyframe: Bool { flags.hasPrefix("K") }
    }

    struct Stream: Decodable {
        let index: Int
        let codec_name: String
        let time_base: String
        let sample_rate: String?
    }

    struct Contents: Decodable {
        let packets: [Packet]
        let streams: [Stream]
    }

    let samples: [(sample: Sample, payload: [UInt8])]
    let formats: [TrackFormat]

    /// Encodes three seconds of test picture and tone, video first.
    init(video: [String], audio: [String], in directory: String) async throws {
        let path = directory + "/clip." + (audio.contains("pcm_mulaw") ? "mov" : "mp4")
        let sources = [
            "-f", "lavfi", "-i", "testsrc2=s=320x180:r=25", "-f", "lavfi", "-i",
            "sine=f=440:r=48000",
        ]
        let encoding = ["-t", "3", "-g", "25", "-pix_fmt", "yuv420p"] + video + audio
        let (output, code) = try await run(
            "ffmpeg", ["-v", "error", "-y"] + sources + encoding + [path])
        try #require(code == 0, "\(output)")
        let contents = try await Self.contents(of: path)
        let file = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
        var samples: [(Sample, [UInt8])] = []
        for packet in contents.packets {
            let base = contents.streams[packet.stream_index].time_base.split(separator: "/")
            let rate = try #require(base.last.flatMap { Int64($0) })
            let start = try #require(packet.pos.flatMap { Int($0) })
            let size = try #require(Int(packet.size))
            let sample = Sample(
                track: packet.stream_index, presentationTime: Self.time(packet.pts, rate),
                decodeTime: Self.time(packet.dts, rate), isKeyframe: packet.isKeyframe)
            samples.append((sample, Array(file[start..<start + size])))
        }
        self.samples = samples.sorted { $0.0.decodeTime < $1.0.decodeTime }
        let first = try #require(samples.first { $0.0.track == 0 }).1
        formats = [
            try await Self.videoFormat(contents.streams[0], path, first),
            try Self.audioFormat(contents.streams[1]),
        ]
    }

    static func contents(of path: String) async throws -> Contents {
        let (output, code) = try await run(
            "ffprobe",
            [
                "-v", "error", "-show_packets", "-show_streams", "-show_data_hash", "adler32",
                "-of", "json", path,
            ])
        try #require(code == 0, "\(output)")
        return try JSONDecoder().decode(Contents.self, from: Data(output.utf8))
    }

    private static func time(_ ticks: Int64, _ rate: Int64) -> Interval {
        let scaled = ticks * 1_000_000_000
        return Interval(nanoseconds: (scaled + (scaled < 0 ? -rate : rate) / 2) / rate)
    }

    /// The parameter sets are what stands before the first picture of the elementary stream.
    private static func videoFormat(
        _ stream: Stream, _ path: String, _ keyframe: [UInt8]
    ) async throws -> TrackFormat {
        switch stream.codec_name {
        case "vp9": return TrackFormat.vp9(nil).learning(from: keyframe.span.bytes)
        case "av1":
            return TrackFormat.av1(sequenceHeader: []).learning(from: keyframe.span.bytes)
        default: break
        }
        let isH265 = stream.codec_name == "hevc"
        let raw = path + ".raw"
        let (output, code) = try await run(
            "ffmpeg",
            [
                "-v", "error", "-y", "-i", path, "-an", "-c", "copy", "-frames:v", "1", "-f",
                isH265 ? "hevc" : "h264", raw,
            ])
        try #require(code == 0, "\(output)")
        let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: raw)))
        var walk = NALUnits(bytes.span.bytes, framing: .startCodes)
        var sets: [[UInt8]] = []
        while let unit = walk.next() {
            let octets = unit.withUnsafeBytes { Array($0) }
            let kind = isH265 ? octets[0] >> 1 & 0x3F : octets[0] & 0x1F
            if isH265 ? (32...34).contains(kind) : kind == 7 || kind == 8 { sets.append(octets) }
        }
        let framing = NALUnitFraming.lengths(octets: 4)
        return isH265
            ? .h265(parameterSets: sets, framing: framing)
            : .h264(parameterSets: sets, framing: framing)
    }

    private static func audioFormat(_ stream: Stream) throws -> TrackFormat {
        let rate = try #require(stream.sample_rate.flatMap { Int($0) })
        switch stream.codec_name {
        case "aac":
            return .aac(try #require(AudioSpecificConfig(sampleRate: rate, channelCount: 2)))
        case "opus": return .opus(channelCount: 2)
        case "pcm_mulaw": return .g711(isALaw: false, sampleRate: rate, channelCount: 1)
        default: return .mp3(sampleRate: rate)
        }
    }

    /// What ffprobe must find in the elementary stream for a sample.
    func expectedHash(of index: Int) -> String {
        let (sample, payload) = samples[index]
        switch formats[sample.track] {
        case .h264(let sets, _):
            return Self.hash(of: [[9, 0xF0]] + (sample.isKeyframe ? sets : []), payload)
        case .h265(let sets, _):
            return Self.hash(of: [[0x46, 1, 0x50]] + (sample.isKeyframe ? sets : []), payload)
        case .aac(let configuration):
            var writer = ByteWriter()
            ADTSHeader(configuration, payloadByteCount: payload.count)?.write(to: &writer)
            return Self.adler32(writer.bytes + payload)
        case .opus, .mp3, .vp8, .vp9, .av1, .g711:
            return Self.adler32(payload)
        }
    }

    private static func hash(of units: [[UInt8]], _ payload: [UInt8]) -> String {
        var all = units
        var walk = NALUnits(payload.span.bytes, framing: .lengths(octets: 4))
        while let unit = walk.next() { all.append(unit.withUnsafeBytes { Array($0) }) }
        return adler32(all.flatMap { [0, 0, 0, 1] + $0 })
    }

    static func adler32(_ bytes: [UInt8]) -> String {
        var (low, high): (UInt32, UInt32) = (1, 0)
        for byte in bytes {
            low = (low + UInt32(byte)) % 65_521
            high = (high + low) % 65_521
        }
        let hexadecimal = String(high << 16 | low, radix: 16)
        return "adler32:" + String(repeating: "0", count: 8 - hexadecimal.count) + hexadecimal
    }
}
