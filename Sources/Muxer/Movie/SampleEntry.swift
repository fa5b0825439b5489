import Codecs
import Wire

/// What an MP4 file says of a track before its first sample: the entry of its sample description.
struct SampleEntry {
    private(set) var bytes: [UInt8]
    /// What cannot change within a file; zeros for sound.
    let shape: PictureShape

    /// - Parameter areSetsInStream: Whether parameter sets stand with the pictures too.
    /// - Returns: `nil` when MP4 cannot say the format, or what it must say is missing.
    init?(_ format: TrackFormat, sets: ParameterSets, areSetsInStream: Bool = false) {
        guard let shape = PictureShape(format, sets: sets) else { return nil }
        self.shape = shape
        var writer = ByteWriter()
        switch format {
        case .h264:
            guard !sets.units(of: .picture).isEmpty else { return nil }
            Self.writeVideo(areSetsInStream ? "avc3" : "avc1", shape, to: &writer) {
                Self.writeH264(sets, to: &$0)
            }
        case .h265:
            guard !sets.units(of: .picture).isEmpty, !sets.units(of: .video).isEmpty else {
                return nil
            }
            Self.writeVideo(areSetsInStream ? "hev1" : "hvc1", shape, to: &writer) {
                Self.writeH265(sets, areComplete: !areSetsInStream, to: &$0)
            }
        case .vp9(let header?):
            Self.writeVideo("vp09", shape, to: &writer) { Self.writeVP9(header, to: &$0) }
        case .av1(let header):
            Self.writeVideo("av01", shape, to: &writer) { writer in
                writer.box("av1C") { $0.write(AV1Configuration.bytes(header) ?? []) }
            }
        case .aac(let configuration):
            let channels = configuration.channelCount ?? 2
            Self.writeAudio("mp4a", channels, configuration.sampleRate, to: &writer) {
                Self.writeDescriptor(0x40, configuration.bytes, to: &$0)
            }
        case .mp3(let rate):
            guard (8_000...48_000).contains(rate) else { return nil }
            Self.writeAudio("mp4a", 2, rate, to: &writer) {
                Self.writeDescriptor(rate >= 32_000 ? 0x6B : 0x69, [], to: &$0)
            }
        case .opus(let channels):
            guard (1...2).contains(channels) else { return nil }
            Self.writeAudio("Opus", channels, 48_000, to: &writer) {
                Self.writeOpus(channels, to: &$0)
            }
        case .g711(let isALaw, let rate, let channels):
            guard (1...2).contains(channels), (1...65_535).contains(rate) else { return nil }
            Self.writeAudio(isALaw ? "alaw" : "ulaw", channels, rate, to: &writer) { _ in }
        case .vp8, .vp9:
            return nil
        }
        bytes = writer.bytes
    }

    /// Says how many samples of 48 kHz an Opus decoder drops at first; the entry's end is
    /// `PreSkip`, the rate, gain and family.
    mutating func setPreSkip(_ samples: Int64) {
        let value = UInt16(clamping: samples)
        bytes[bytes.count - 9] = UInt8(value >> 8)
        bytes[bytes.count - 8] = UInt8(value & 0xFF)
    }

    /// ISO/IEC 14496-12 §12.1.3.
    private static func writeVideo(
        _ type: StaticString, _ shape: PictureShape, to writer: inout ByteWriter,
        _ body: (inout ByteWriter) -> Void
    ) {
        writer.box(type) { writer in
            writer.write(zeros: 6)
            writer.write(UInt16(1))  // data reference
            writer.write(zeros: 16)
            writer.write(UInt16(truncatingIfNeeded: shape.width))
            writer.write(UInt16(truncatingIfNeeded: shape.height))
            writer.write(UInt32(0x0048_0000))  // 72 dots an inch, twice
            writer.write(UInt32(0x0048_0000))
            writer.write(zeros: 4)
            writer.write(UInt16(1))  // frames in a sample
            writer.write(zeros: 32)  // the compressor's name
            writer.write(UInt16(0x0018))
            writer.write(UInt16(0xFFFF))
            body(&writer)
        }
    }

    private static func writeAudio(
        _ type: StaticString, _ channels: Int, _ rate: Int, to writer: inout ByteWriter,
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
