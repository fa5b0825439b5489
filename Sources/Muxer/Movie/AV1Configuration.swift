import Codecs
import Wire

/// What files say of AV1 before its first frame (AV1 in ISO base media §2.3): the record that MP4's
/// `av1C` and WebM's `CodecPrivate` hold.
enum AV1Configuration {
    /// - Parameter unit: A sequence header, all of the OBU.
    static func sequenceHeader(of unit: RawSpan) -> AV1SequenceHeader? {
        var walk = AV1OBUs(unit)
        guard let first = walk.next(), first.header.type == .sequenceHeader else { return nil }
        return try? AV1SequenceHeader(parsing: first.payload)
    }

    /// The sequence header among the units of `payload`; empty where there is none.
    static func sequenceHeaderUnit(in payload: RawSpan) -> [UInt8] {
        var walk = AV1OBUs(payload)
        while let unit = walk.next() {
            guard unit.header.type == .sequenceHeader, unit.header.hasSize else { continue }
            return unit.bytes.withUnsafeBytes { Array($0) }
        }
        return []
    }

    /// The record for a sequence header.
    static func bytes(_ unit: [UInt8]) -> [UInt8]? {
        guard let header = sequenceHeader(of: unit.span.bytes) else { return nil }
        let flags = [
            header.isHighTier, header.bitDepth > 8, header.bitDepth == 12, header.isMonochrome,
            header.isChromaHalvedAcross, header.isChromaHalvedDown,
        ]
        let packed = flags.reduce(UInt8(0)) { $0 << 1 | ($1 ? 1 : 0) }
        let layout = packed << 2 | header.chromaSamplePosition
        return [0x81, header.profile << 5 | header.level, layout, 0] + unit
    }

    /// What of a temporal unit goes into a file: all but the delimiter at its front.
    static func withoutDelimiter(_ payload: RawSpan) -> Int {
        var walk = AV1OBUs(payload)
        guard let first = walk.next(), first.header.type == .temporalDelimiter,
            first.bytes.byteCount < payload.byteCount
        else { return 0 }
        return first.bytes.byteCount
    }
}
