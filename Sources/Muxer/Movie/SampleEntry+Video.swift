import Codecs
import Wire

/// The configuration records of the video codecs.
extension SampleEntry {
    /// `avcC` (ISO/IEC 14496-15 §5.3.3.1).
    static func writeH264(_ sets: ParameterSets, to writer: inout ByteWriter) {
        guard let first = sets.units(of: .sequence).first,
            let parameters = try? H264SequenceParameterSet(parsing: first.span.bytes)
        else { return }
        writer.box("avcC") { writer in
            writer.write(UInt8(1))
            writer.writeUInt24(parameters.profileLevel)
            writer.write(UInt8(0xFF))  // lengths of four octets
            for (kind, marker) in [(ParameterSets.Kind.sequence, UInt8(0xE0)), (.picture, 0)] {
                let units = sets.units(of: kind).prefix(kind == .sequence ? 31 : 255)
                writer.write(marker | UInt8(units.count))
                write(units, to: &writer)
            }
            guard ![66, 77, 88].contains(parameters.profileLevel >> 16) else { return }
            writer.write(0xFC | UInt8(truncatingIfNeeded: parameters.chromaFormat))
            writer.write(0xF8 | (parameters.bitDepths.luma - 8))
            writer.write(0xF8 | (parameters.bitDepths.chroma - 8))
            writer.write(UInt8(0))
        }
    }

    /// `hvcC` (ISO/IEC 14496-15 §8.3.3.1).
    ///
    /// - Parameter areComplete: Whether all sets are here, and none in the stream.
    static func writeH265(
        _ sets: ParameterSets, areComplete: Bool, to writer: inout ByteWriter
    ) {
        guard let first = sets.units(of: .sequence).first,
            let parameters = try? H265SequenceParameterSet(parsing: first.span.bytes)
        else { return }
        writer.box("hvcC") { writer in
            writer.write(UInt8(1))
            writer.write(parameters.profileTierLevel)
            writer.write(UInt16(0xF000))  // segmentation in space: any
            writer.write(UInt8(0xFC))  // parallelism: any
            writer.write(0xFC | UInt8(truncatingIfNeeded: parameters.chromaFormat))
            writer.write(0xF8 | (parameters.lumaBitDepth - 8))
            writer.write(0xF8 | (parameters.chromaBitDepth - 8))
            writer.write(UInt16(0))  // frame rate: not said
            let nesting: UInt8 = parameters.isTemporallyNested ? 4 : 0
            writer.write(parameters.temporalLayerCount << 3 | nesting | 3)
            writer.write(UInt8(3))
            let kinds: [(ParameterSets.Kind, UInt8)] = [
                (.video, 32), (.sequence, 33), (.picture, 34),
            ]
            for (kind, type) in kinds {
                let units = sets.units(of: kind)
                writer.write((areComplete ? 0x80 : 0) | type)
                writer.write(UInt16(truncatingIfNeeded: units.count))
                write(units, to: &writer)
            }
        }
    }

    /// `vpcC` (VP codec ISO media file format binding §2.2).
    static func writeVP9(_ header: VP9KeyframeHeader, to writer: inout ByteWriter) {
        writer.box("vpcC", version: 1) { writer in
            writer.write(header.profile)
            writer.write(level(ofVP9: header))
            let chroma: UInt8 =
                switch (header.isChromaHalvedAcross, header.isChromaHalvedDown) {
                case (true, true): 1
                case (true, false): 2
                case (false, _): 3
                }
            writer.write(header.bitDepth << 4 | chroma << 1 | (header.isFullRange ? 1 : 0))
            writer.write(colors(of: header.colorSpace))
            writer.write(UInt16(0))
        }
    }

    private static func write(_ units: some Sequence<[UInt8]>, to writer: inout ByteWriter) {
        for unit in units {
            writer.write(UInt16(truncatingIfNeeded: unit.count))
            writer.write(unit)
        }
    }

    /// The lowest level that holds pictures of so many samples (VP9 levels, luma picture size).
    static func level(ofVP9 header: VP9KeyframeHeader) -> UInt8 {
        levels.first { header.width * header.height <= $0.size }?.level ?? 62
    }

    private static let levels: [(size: Int, level: UInt8)] = [
        (36_864, 10), (73_728, 11), (122_880, 20), (245_760, 21), (552_960, 30), (983_040, 31),
        (2_228_224, 40), (8_912_896, 50), (35_651_584, 60),
    ]

    /// Primaries, transfer and matrix (ISO/IEC 23091-2) for `color_space`; 2 is "not said".
    private static func colors(of space: UInt8) -> [UInt8] {
        switch space {
        case 1, 3: [6, 6, 6]
        case 2: [1, 1, 1]
        case 5: [9, 14, 9]
        case 7: [1, 13, 0]
        default: [2, 2, 2]
        }
    }
}
