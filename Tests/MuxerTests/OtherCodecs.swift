import Codecs
import Timing

@testable import Muxer

/// Sequences of one codec made into those of another: the same times, the same octets behind other heads.
enum OtherCodecs {
    /// A random sequence as `container` may have it, of any codec that it holds.
    static func sequence(
        _ source: inout SyntheticStream, in container: Container
    ) throws -> (samples: [SourceSample], formats: [TrackFormat]) {
        var (samples, formats) =
            container == .webm
            ? LibavOracleTests.pictures(&source) : try RandomSequenceTests.sequence(&source)
        let choices: [TrackFormat?] =
            switch container {
            case .mpegts: [nil, nil, h265]
            case .fmp4, .mp4: [nil, nil, h265, .vp9(nil), .av1(sequenceHeader: sequenceHeader)]
            case .webm: [nil, .vp9(nil), .av1(sequenceHeader: sequenceHeader)]
            }
        guard let format = choices[source.next(below: choices.count)] else {
            return (samples, formats)
        }
        formats[0] = format
        for index in samples.indices where samples[index].sample.track == 0 {
            dress(&samples[index], as: format, framed: container != .webm, &source)
        }
        return (samples, formats)
    }

    private static func dress(
        _ sample: inout SourceSample, as format: TrackFormat, framed: Bool,
        _ source: inout SyntheticStream
    ) {
        let lengths = SyntheticStream.lengths
        let slice = framed ? NALUnitsEnd.slice(of: sample.payload, lengths) : sample.payload
        let isKeyframe = sample.sample.isKeyframe
        switch format {
        case .h265:
            let changes = sample.payload.count > slice.count + 4
            let sets = changes ? [vps, sps, [0x44, 0x01, 0xC0] + source.octets(4)] : []
            let head: [UInt8] = isKeyframe ? [0x26, 0x01, 0x80] : [0x02, 0x01, 0x80]
            sample.payload = (sets + [head + slice.dropFirst()]).flatMap {
                SyntheticStream.framed($0, lengths)
            }
            return
        case .vp9: sample.payload = (isKeyframe ? keyframeOfVP9 : [0x86]) + slice + [1]
        case .av1:
            let frame = [isKeyframe ? 0x10 : 0x30] + slice
            let size = [UInt8(frame.count & 0x7F | 0x80), UInt8(frame.count >> 7 & 0x7F | 0x80)]
            let whole = [0x32] + size + [UInt8(frame.count >> 14)] + frame
            sample.payload = (isKeyframe ? sequenceHeader : []) + whole
        case .h264, .vp8, .aac, .opus, .mp3, .g711: return
        }
        // Neither shows pictures in another order than it decodes them.
        sample.sample.presentationTime = sample.sample.decodeTime
    }

    private static let vps = hexadecimal("40010c01ffff01600000030090000003000003003c959409")
    private static let sps = hexadecimal(
        "42010101600000030090000003000003003ca00a080f16595952930bc05a020000030002000003003210")
    private static let pps = hexadecimal("4401c073c189")
    private static let h265 = TrackFormat.h265(
        parameterSets: [vps, sps, pps], framing: SyntheticStream.lengths)
    /// 320 by 240, of profile 0.
    private static let keyframeOfVP9 = hexadecimal("824983422013f00ef0")
    /// The same, as libaom writes it.
    private static let sequenceHeader = hexadecimal("0a0b000000043cffbcdaf90040")
}
