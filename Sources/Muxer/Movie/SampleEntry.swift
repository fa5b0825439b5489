import Codecs
import Wire

/// What an MP4 file says of a track before its first sample: the entry of its sample description.
struct SampleEntry {
    let bytes: [UInt8]
    /// Pictures' size; zero for sound.
    let width: Int
    let height: Int
    /// `profile_idc` of pictures.
    private let profile: UInt32

    /// - Returns: `nil` when MP4 cannot say the format, or parameter sets are missing.
    init?(_ format: TrackFormat, sets: ParameterSets) {
        var writer = ByteWriter()
        switch format {
        case .h264:
            guard let first = sets.units(of: .sequence).first,
                let parameters = try? H264SequenceParameterSet(parsing: first.span.bytes),
                !sets.units(of: .picture).isEmpty
            else { return nil }
            (width, height) = (parameters.width, parameters.height)
            profile = parameters.profileLevel >> 16
            Self.writeH264(parameters, sets, to: &writer)
        case .aac(let configuration):
            (width, height, profile) = (0, 0, 0)
            let channels = configuration.channelCount ?? 2
            Self.writeAudio("mp4a", channels, configuration.sampleRate, to: &writer) {
                Self.writeDescriptor(0x40, configuration.bytes, to: &$0)
            }
        case .mp3(let rate):
            (width, height, profile) = (0, 0, 0)
            Self.writeAudio("mp4a", 2, rate, to: &writer) {
                Self.writeDescriptor(0x6B, [], to: &$0)
            }
        case .opus(let channels):
            guard (1...2).contains(channels) else { return nil }
            (width, height, profile) = (0, 0, 0)
            Self.writeAudio("Opus", channels, 48_000, to: &writer) {
                Self.writeOpus(channels, to: &$0)
            }
        case .h265, .vp8, .vp9, .av1, .g711:
            return nil
        }
        bytes = writer.bytes
    }

    /// Whether a decoder set up with this entry goes on with these parameters: what differs beyond
    /// profile and size is told again in the stream.
    func fits(_ parameters: H264SequenceParameterSet) -> Bool {
        parameters.profileLevel >> 16 == profile && parameters.width == width
            && parameters.height == height
    }

    /// ISO/IEC 14496-12 §12.1.3 and 14496-15 §5.3.3.1.
    private static func writeH264(
        _ parameters: H264SequenceParameterSet, _ sets: ParameterSets, to writer: inout ByteWriter
    ) {
        writer.box("avc1") { writer in
            writer.write(zeros: 6)
            writer.write(UInt16(1))  // data reference
            writer.write(zeros: 16)
            writer.write(UInt16(truncatingIfNeeded: parameters.width))
            writer.write(UInt16(truncatingIfNeeded: parameters.height))
            writer.write(UInt32(0x0048_0000))  // 72 dots an inch, twice
            writer.write(UInt32(0x0048_0000))
            writer.write(zeros: 4)
            writer.write(UInt16(1))  // frames in a sample
            writer.write(zeros: 32)  // the compressor's name
            writer.write(UInt16(0x0018))
            writer.write(UInt16(0xFFFF))
            writer.box("avcC") { writeConfiguration(parameters, sets, to: &$0) }
        }
    }

    private static func writeConfiguration(
        _ parameters: H264SequenceParameterSet, _ sets: ParameterSets, to writer: inout ByteWriter
    ) {
        writer.write(UInt8(1))
        writer.writeUInt24(parameters.profileLevel)
        writer.write(UInt8(0xFF))  // lengths of four octets
        for (kind, marker) in [(ParameterSets.Kind.sequence, UInt8(0xE0)), (.picture, 0)] {
            let units = sets.units(of: kind)
            writer.write(marker | UInt8(truncatingIfNeeded: units.count))
            for unit in units {
                writer.write(UInt16(truncatingIfNeeded: unit.count))
                writer.write(unit)
            }
        }
        guard [100, 110, 122, 144].contains(parameters.profileLevel >> 16) else { return }
        writer.write(0xFC | UInt8(truncatingIfNeeded: parameters.chromaFormat))
        writer.write(0xF8 | (parameters.bitDepths.luma - 8))
        writer.write(0xF8 | (parameters.bitDepths.chroma - 8))
        writer.write(UInt8(0))
    }

    private static func writeAudio(
        _ type: String, _ channels: Int, _ rate: Int, to writer: inout ByteWriter,
        _ body: (inout ByteWriter) -> Void
    ) {
        writer.box(type) { writer in
            writer.write(zeros: 6)
            writer.write(UInt16(1))  // data reference
            writer.write(zeros: 8)
            writer.write(UInt16(truncatingIfNeeded: channels))
            writer.write(UInt16(16))
            writer.write(zeros: 4)
            writer.write(UInt32(rate < 0x1_0000 ? rate << 16 : 0))
            body(&writer)
        }
    }

    /// `esds` (ISO/IEC 14496-14 §5.6): the kind of stream, and what its decoder must know.
    private static func writeDescriptor(
        _ objectType: UInt8, _ specific: [UInt8], to writer: inout ByteWriter
    ) {
        writer.box("esds", version: 0) { writer in
            writer.descriptor(3) { writer in
                writer.write(zeros: 3)
                writer.descriptor(4) { writer in
                    writer.write(objectType)
                    writer.write(UInt8(0x15))  // audio
                    writer.write(zeros: 11)  // buffer size and bitrates: not known
                    if !specific.isEmpty { writer.descriptor(5) { $0.write(specific) } }
                }
                writer.descriptor(6) { $0.write(UInt8(2)) }
            }
        }
    }

    /// `dOps` (the encapsulation of Opus in ISO base media, §4.3.2). A live stream has no pre-skip:
    /// its encoder began long ago.
    private static func writeOpus(_ channels: Int, to writer: inout ByteWriter) {
        writer.box("dOps") { writer in
            writer.write(UInt8(0))
            writer.write(UInt8(channels))
            writer.write(UInt16(0))
            writer.write(UInt32(48_000))
            writer.write(zeros: 3)  // gain, mapping family
        }
    }
}
