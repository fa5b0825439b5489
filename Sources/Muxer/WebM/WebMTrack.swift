import Codecs
import Wire

/// A track of a WebM file.
struct WebMTrack {
    let format: TrackFormat
    let shape: PictureShape
    /// Nanoseconds of sound before the file's zero, which a decoder drops.
    var delay: Int64 = 0
    private let codec: String

    init(_ format: TrackFormat, index: Int) throws(MuxerError) {
        self.format = format
        switch format {
        case .vp8: codec = "V_VP8"
        case .vp9: codec = "V_VP9"
        case .av1: codec = "V_AV1"
        case .opus(let channels) where (1...2).contains(channels): codec = "A_OPUS"
        case .h264, .h265, .aac, .mp3, .opus, .g711: throw .unsupportedFormat(track: index)
        }
        let sets = ParameterSets([], isH265: false)
        guard !format.isUnknown(sets) else { throw .missingParameterSets(track: index) }
        guard let shape = PictureShape(format, sets: sets) else {
            throw .unsupportedFormat(track: index)
        }
        self.shape = shape
    }

    func write(number: UInt64, to writer: inout ByteWriter) {
        writer.element(.trackNumber, number)
        writer.element(.trackUID, number)
        writer.element(.trackType, format.kind == .video ? 1 : 2)
        writer.element(.flagLacing, 0)
        writer.element(.codecID, codec)
        switch format {
        case .opus(let channels):
            writer.element(.codecDelay, UInt64(max(delay, 0)))
            writer.element(.seekPreRoll, 80_000_000)
            writer.element(.codecPrivate) { writeOpus(channels, to: &$0) }
            writer.element(.audio) { writer in
                writer.element(.samplingFrequency, float: 48_000)
                writer.element(.channels, UInt64(channels))
            }
        case .av1(let header):
            writer.element(.codecPrivate) { $0.write(AV1Configuration.bytes(header) ?? []) }
            writeSize(to: &writer)
        case .vp8, .vp9, .h264, .h265, .aac, .mp3, .g711:
            writeSize(to: &writer)
        }
    }

    private func writeSize(to writer: inout ByteWriter) {
        writer.element(.video) { writer in
            writer.element(.pixelWidth, UInt64(shape.width))
            writer.element(.pixelHeight, UInt64(shape.height))
        }
    }

    /// The identification header (RFC 7845 §5.1), its numbers low octet first.
    private func writeOpus(_ channels: Int, to writer: inout ByteWriter) {
        writer.write("OpusHead")
        writer.write(UInt8(1))
        writer.write(UInt8(channels))
        let preSkip = UInt16(clamping: (delay * 48 + 500_000) / 1_000_000)
        writer.write(preSkip.byteSwapped)
        writer.write(UInt32(48_000).byteSwapped)
        writer.write(zeros: 3)  // gain, mapping family
    }
}
