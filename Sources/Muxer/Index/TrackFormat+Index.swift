import Codecs
import Wire

/// How an index writes a track's format: a number, then what the format says.
extension TrackFormat {
    init(indexed reader: inout ByteReader) throws(ParseError) {
        let start = reader.offset
        switch try reader.readUInt8() {
        case 1:
            let framing = try Self.readFraming(from: &reader)
            self = .h264(parameterSets: try Self.readSets(from: &reader), framing: framing)
        case 2:
            let framing = try Self.readFraming(from: &reader)
            self = .h265(parameterSets: try Self.readSets(from: &reader), framing: framing)
        case 3:
            let count = Int(try reader.readUInt16())
            self = .aac(try AudioSpecificConfig(parsing: try reader.read(count)))
        case 4: self = .opus(channelCount: Int(try reader.readUInt8()))
        case 5: self = .mp3(sampleRate: try Self.readRate(from: &reader))
        case 6: self = .vp8(try Self.readVP8(from: &reader))
        case 7: self = .vp9(try Self.readVP9(from: &reader))
        case 8:
            let count = Int(try reader.readUInt16())
            self = .av1(
                sequenceHeader: try reader.read(count).withUnsafeBytes { Array($0) })
        case 9:
            let isALaw = try reader.readUInt8() == 1
            let rate = try Self.readRate(from: &reader)
            self = .g711(
                isALaw: isALaw, sampleRate: rate, channelCount: Int(try reader.readUInt8()))
        default: throw .invalid(field: "format", at: start)
        }
    }

    func write(toIndex writer: inout ByteWriter) {
        switch self {
        case .h264(let sets, let framing): Self.write(1, sets, framing, to: &writer)
        case .h265(let sets, let framing): Self.write(2, sets, framing, to: &writer)
        case .aac(let configuration):
            writer.write(UInt8(3))
            writer.write(UInt16(truncatingIfNeeded: configuration.bytes.count))
            writer.write(configuration.bytes)
        case .opus(let channels):
            writer.write(UInt8(4))
            writer.write(UInt8(truncatingIfNeeded: channels))
        case .mp3(let rate):
            writer.write(UInt8(5))
            writer.write(UInt32(truncatingIfNeeded: rate))
        case .vp8(let header):
            writer.write(UInt8(6))
            writer.write(UInt16(truncatingIfNeeded: header?.width ?? 0))
            writer.write(UInt16(truncatingIfNeeded: header?.height ?? 0))
        case .vp9(let header):
            writer.write(UInt8(7))
            Self.write(header, to: &writer)
        case .av1(let sequenceHeader):
            writer.write(UInt8(8))
            writer.write(UInt16(truncatingIfNeeded: sequenceHeader.count))
            writer.write(sequenceHeader)
        case .g711(let isALaw, let rate, let channels):
            writer.write(UInt8(9))
            writer.write(UInt8(isALaw ? 1 : 0))
            writer.write(UInt32(truncatingIfNeeded: rate))
            writer.write(UInt8(truncatingIfNeeded: channels))
        }
    }

    /// Ticks a second: what is reckoned with them does not overflow.
    private static func readRate(from reader: inout ByteReader) throws(ParseError) -> Int {
        let rate = Int(try reader.readUInt32())
        guard (1...rateLimit).contains(rate) else {
            throw .invalid(field: "sample rate", at: reader.offset - 4)
        }
        return rate
    }

    /// Twice what any sound is sampled at.
    private static let rateLimit = 768_000

    private static func write(
        _ number: UInt8, _ sets: [[UInt8]], _ framing: NALUnitFraming, to writer: inout ByteWriter
    ) {
        writer.write(number)
        switch framing {
        case .startCodes: writer.write(UInt8(0))
        case .lengths(let octets): writer.write(UInt8(truncatingIfNeeded: octets))
        }
        writer.write(UInt8(truncatingIfNeeded: sets.count))
        for unit in sets {
            writer.write(UInt16(truncatingIfNeeded: unit.count))
            writer.write(unit)
        }
    }

    private static func readFraming(
        from reader: inout ByteReader
    ) throws(ParseError) -> NALUnitFraming {
        let octets = Int(try reader.readUInt8())
        guard octets <= 4 else { throw .invalid(field: "framing", at: reader.offset - 1) }
        return octets == 0 ? .startCodes : .lengths(octets: octets)
    }

    private static func readSets(from reader: inout ByteReader) throws(ParseError) -> [[UInt8]] {
        var sets: [[UInt8]] = []
        for _ in 0..<(try reader.readUInt8()) {
            let count = Int(try reader.readUInt16())
            sets.append(try reader.read(count).withUnsafeBytes { Array($0) })
        }
        return sets
    }

    private static func readVP8(
        from reader: inout ByteReader
    ) throws(ParseError) -> VP8KeyframeHeader? {
        let (width, height) = (Int(try reader.readUInt16()), Int(try reader.readUInt16()))
        return width == 0 ? nil : VP8KeyframeHeader(width: width, height: height)
    }

    /// Bit depth, or 0 where nothing is known; profile, colours, flags, and the size less one.
    private static func write(_ header: VP9KeyframeHeader?, to writer: inout ByteWriter) {
        writer.write(header?.bitDepth ?? 0)
        guard let header else { return }
        writer.write(header.profile)
        writer.write(header.colorSpace)
        let flags = [
            header.isFullRange, header.isChromaHalvedAcross, header.isChromaHalvedDown,
        ]
        writer.write(flags.reduce(UInt8(0)) { $0 << 1 | ($1 ? 1 : 0) })
        writer.write(UInt16(truncatingIfNeeded: header.width - 1))
        writer.write(UInt16(truncatingIfNeeded: header.height - 1))
    }

    private static func readVP9(
        from reader: inout ByteReader
    ) throws(ParseError) -> VP9KeyframeHeader? {
        let bitDepth = try reader.readUInt8()
        guard bitDepth > 0 else { return nil }
        let (profile, colorSpace) = (try reader.readUInt8(), try reader.readUInt8())
        let flags = try reader.readUInt8()
        var header = VP9KeyframeHeader(
            profile: profile, width: Int(try reader.readUInt16()) + 1,
            height: Int(try reader.readUInt16()) + 1)
        (header.bitDepth, header.colorSpace) = (bitDepth, colorSpace)
        header.isFullRange = flags & 4 != 0
        header.isChromaHalvedAcross = flags & 2 != 0
        header.isChromaHalvedDown = flags & 1 != 0
        return header
    }
}
