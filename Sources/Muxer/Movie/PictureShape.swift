import Codecs
import Wire

/// What a file's header fixes of its pictures: a decoder set up with it goes on with whatever has
/// the same. What differs beyond this is told again in the stream.
struct PictureShape: Hashable {
    var width = 0
    var height = 0
    private var profile: UInt32 = 0

    /// The shape of a track's pictures, none for sound.
    ///
    /// - Returns: `nil` when what would tell it is missing.
    init?(_ format: TrackFormat, sets: ParameterSets) {
        switch format {
        case .h264:
            guard let unit = sets.units(of: .sequence).first,
                let shape = PictureShape(sequenceSet: unit.span.bytes, isH265: false)
            else { return nil }
            self = shape
        case .h265:
            guard let unit = sets.units(of: .sequence).first,
                let shape = PictureShape(sequenceSet: unit.span.bytes, isH265: true)
            else { return nil }
            self = shape
        case .vp8(let header):
            guard let header else { return nil }
            (width, height) = (header.width, header.height)
        case .vp9(let header):
            guard let header else { return nil }
            self = PictureShape(header)
        case .av1(let unit):
            guard let header = AV1Configuration.sequenceHeader(of: unit.span.bytes) else {
                return nil
            }
            self = PictureShape(header)
        case .aac, .opus, .mp3, .g711:
            break
        }
    }

    init?(sequenceSet unit: RawSpan, isH265: Bool) {
        if isH265 {
            guard let set = try? H265SequenceParameterSet(parsing: unit) else { return nil }
            (width, height, profile) = (set.width, set.height, UInt32(set.profile))
        } else {
            guard let set = try? H264SequenceParameterSet(parsing: unit) else { return nil }
            (width, height, profile) = (set.width, set.height, set.profileLevel >> 16)
        }
    }

    init(_ header: VP8KeyframeHeader) { (width, height) = (header.width, header.height) }

    init(_ header: VP9KeyframeHeader) {
        (width, height) = (header.width, header.height)
        profile = UInt32(header.profile) << 8 | UInt32(header.bitDepth)
    }

    init(_ header: AV1SequenceHeader) {
        (width, height) = (header.width, header.height)
        profile = UInt32(header.profile) << 8 | UInt32(header.bitDepth)
    }

    /// Whether `payload`, a sample of `format`, goes on with this shape; `nil` when it is no such
    /// sample.
    func fits(_ payload: RawSpan, of format: TrackFormat) -> Bool? {
        switch format {
        case .h264(_, let framing): fits(payload, framing, isH265: false)
        case .h265(_, let framing): fits(payload, framing, isH265: true)
        case .vp8:
            (try? VP8KeyframeHeader(parsing: payload)).map { PictureShape($0) == self } ?? true
        case .vp9:
            (try? VP9KeyframeHeader(parsing: payload)).map { PictureShape($0) == self } ?? true
        case .av1: fitsUnits(of: payload)
        case .aac, .opus, .mp3, .g711: true
        }
    }

    private func fits(_ payload: RawSpan, _ framing: NALUnitFraming, isH265: Bool) -> Bool? {
        var walk = NALUnits(payload, framing: framing)
        while let header = walk.nextHeader {
            let kind = NALUnitKind(header: header, isH265: isH265)
            // No parameter set follows a slice; lengths are all checked, start codes need not be.
            if case .picture = kind, framing == .startCodes { return true }
            guard let unit = walk.next() else { break }
            guard kind == .parameterSet(.sequence) else { continue }
            if PictureShape(sequenceSet: unit, isH265: isH265) != self { return false }
        }
        return walk.next() == nil && walk.offset > 0 && !walk.isMalformed ? true : nil
    }

    private func fitsUnits(of payload: RawSpan) -> Bool? {
        var walk = AV1OBUs(payload)
        var count = 0
        while let unit = walk.next() {
            count += 1
            guard unit.header.type == .sequenceHeader else { continue }
            guard let header = try? AV1SequenceHeader(parsing: unit.payload),
                PictureShape(header) == self
            else { return false }
        }
        return count > 0 && !walk.isMalformed ? true : nil
    }
}
