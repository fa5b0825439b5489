import Codecs
import Glibc
import Muxer
import Timing

/// Samples as Scripts/bench-containers lays them down: for each one octet of track, one of key frame,
/// eight each of presentation and decode time in nanoseconds, four of length, all big-endian, then
/// the octets. Track 255 holds parameter sets.
struct Clip {
    /// What it holds, as its laying down says.
    enum Codecs: String {
        case h264AAC = "h264+aac"
        case vp9Opus = "vp9+opus"

        /// What is made of it.
        var containers: [Container] {
            switch self {
            case .h264AAC: [.mpegts, .fmp4, .mp4]
            case .vp9Opus: [.webm]
            }
        }
    }

    private(set) var samples: [(sample: Sample, payload: [UInt8])] = []
    private(set) var formats: [TrackFormat] = []

    /// Octets of the samples.
    var payloadByteCount: Int { samples.reduce(0) { $0 + $1.payload.count } }

    /// Octets of the elementary streams: AAC with ADTS.
    var elementaryByteCount: Int {
        samples.reduce(0) { $0 + $1.payload.count + ($1.sample.track == 1 ? 7 : 0) }
    }

    init?(path: String, _ codecs: Codecs) {
        guard let bytes = Self.contents(of: path) else { return nil }
        var offset = 0
        func number(_ octets: Int) -> Int64 {
            defer { offset += octets }
            return bytes[offset..<offset + octets].reduce(0) { $0 << 8 | Int64($1) }
        }
        var sets: [[UInt8]] = []
        while offset + 22 <= bytes.count {
            let (track, isKeyframe) = (Int(number(1)), number(1) == 1)
            let (shown, decoded) = (number(8), number(8))
            let count = Int(number(4))
            guard offset + count <= bytes.count else { return nil }
            let payload = Array(bytes[offset..<offset + count])
            offset += count
            let sample = Sample(
                track: track, presentationTime: Interval(nanoseconds: shown),
                decodeTime: Interval(nanoseconds: decoded), isKeyframe: isKeyframe)
            if track == 255 { sets.append(payload) } else { samples.append((sample, payload)) }
        }
        switch codecs {
        case .vp9Opus: formats = [.vp9(nil), .opus(channelCount: 2)]
        case .h264AAC:
            guard let audio = AudioSpecificConfig(sampleRate: 48_000, channelCount: 2) else {
                return nil
            }
            formats = [
                .h264(parameterSets: sets, framing: .lengths(octets: 4)), .aac(audio),
            ]
        }
    }

    private static func contents(of path: String) -> [UInt8]? {
        let file = open(path, O_RDONLY)
        guard file >= 0 else { return nil }
        defer { close(file) }
        let count = Int(lseek(file, 0, SEEK_END))
        lseek(file, 0, SEEK_SET)
        var bytes = [UInt8](repeating: 0, count: max(count, 0))
        var filled = 0
        while filled < bytes.count {
            let got = bytes.withUnsafeMutableBytes {
                read(file, $0.baseAddress.map { $0 + filled }, $0.count - filled)
            }
            guard got > 0 else { return nil }
            filled += got
        }
        return bytes
    }
}
