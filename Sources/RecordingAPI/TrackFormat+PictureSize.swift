import Codecs
import Muxer

extension TrackFormat {
    /// `1280x720`, as the first key frame said it; `nil` for sound, and where it is not known.
    var pictureSize: String? {
        switch self {
        case .h264(let sets, _):
            sets.lazy.compactMap { try? H264SequenceParameterSet(parsing: $0.span.bytes) }
                .first { $0.width > 0 }.map { "\($0.width)x\($0.height)" }
        case .vp8(let header): header.map { "\($0.width)x\($0.height)" }
        case .vp9(let header): header.map { "\($0.width)x\($0.height)" }
        case .h265(let sets, _):
            sets.lazy.compactMap { try? H265SequenceParameterSet(parsing: $0.span.bytes) }
                .first { $0.width > 0 }.map { "\($0.width)x\($0.height)" }
        case .av1(let unit):
            AV1SequenceHeader(unit: unit.span.bytes).map { "\($0.width)x\($0.height)" }
        case .aac, .opus, .mp3, .g711: nil
        }
    }
}

extension AV1SequenceHeader {
    /// Reads the header of a unit, all of it; `nil` where it is none.
    fileprivate init?(unit: RawSpan) {
        var units = AV1OBUs(unit)
        guard let first = units.next(), first.header.type == .sequenceHeader,
            let header = try? AV1SequenceHeader(parsing: first.payload)
        else { return nil }
        self = header
    }
}
