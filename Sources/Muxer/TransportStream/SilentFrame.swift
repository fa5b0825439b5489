import Codecs
import Wire

/// A frame of silence that begins as a torn one did: any decoder plays it. Half a frame that is filled up
/// with anything is a fault to most, and ends the playing in Chromium.
struct SilentFrame {
    /// All of it, as a transport stream has it.
    let octets: [UInt8]
    /// Octets of its header, which says how long it is.
    let headerByteCount: Int

    /// The frame whose first octets, at least one, stand at a place and end with these. What of its header is
    /// missing is as it was before, or as is shortest. `nil` also where silence is longer than the frame.
    init?(_ format: TrackFormat, in octets: [UInt8], at place: Int) {
        headerByteCount = format.soundHeaderByteCount
        let header = octets[place...].prefix(headerByteCount)
        switch format {
        case .aac(let configuration):
            let silence = Self.silence(configuration.channelConfiguration)
            guard let header = Self.adtsHeader(configuration, header, over: silence.count) else {
                return nil
            }
            let count = header.frameByteCount - headerByteCount
            guard count >= silence.count else { return nil }
            var output = ByteWriter(capacity: header.frameByteCount)
            header.write(to: &output)
            output.write(silence)
            output.write(repeating: 0, count: count - silence.count)
            self.octets = output.bytes
        case .mp3:
            guard let whole = Self.mpegHeader(header, octets[..<place], format) else { return nil }
            guard let count = format.frameByteCount(at: whole.span.bytes) else { return nil }
            // Side information of nothing but zeros: no bits of main data, from nowhere.
            self.octets = whole + [UInt8](repeating: 0, count: count - whole.count)
        case .h264, .h265, .vp8, .vp9, .av1, .opus, .g711: return nil
        }
    }

    /// The header that begins with these octets, of a frame with room for silence.
    private static func adtsHeader(
        _ configuration: AudioSpecificConfig, _ head: ArraySlice<UInt8>, over silence: Int
    ) -> ADTSHeader? {
        if head.count == 7 { return try? ADTSHeader(parsing: head.span.bytes) }
        for count in silence...0x1FFF - 7 {
            guard let header = ADTSHeader(configuration, payloadByteCount: count) else {
                return nil
            }
            var output = ByteWriter(capacity: 7)
            header.write(to: &output)
            if output.bytes.starts(with: head) { return header }
        }
        return nil
    }

    /// The header that begins with these octets, and goes on as that of the frame before it.
    private static func mpegHeader(
        _ head: ArraySlice<UInt8>, _ before: ArraySlice<UInt8>, _ format: TrackFormat
    ) -> [UInt8]? {
        guard head.count < 4 else { return Array(head) }
        for start in before.indices.reversed() where before[start] == 0xFF {
            let rest = before.span.bytes.extracting(start - before.startIndex..<before.count)
            guard format.frameByteCount(at: rest) == rest.byteCount else { continue }
            return Array(head) + before[start + head.count..<start + 4]
        }
        return nil
    }

    /// A block of these channels (ISO/IEC 14496-3 §4.4.2.1): each element with no band that has
    /// anything in it, and the end.
    private static func silence(_ channelConfiguration: UInt8) -> [UInt8] {
        let elements: [[UInt8]] =
            switch channelConfiguration {
            case 1: [single]
            case 2: [pair]
            case 3: [single, pair]
            case 4: [single, pair, numbered(single, 1)]
            case 5: [single, pair, numbered(pair, 1)]
            case 6: [single, pair, numbered(pair, 1), low]
            case 7: [single, pair, numbered(pair, 1), numbered(pair, 2), low]
            default: []  // what its channels are stands elsewhere
            }
        var bits: [UInt8] = Array(elements.joined()) + [1, 1, 1]
        bits += [UInt8](repeating: 0, count: -bits.count & 7)
        return stride(from: 0, to: bits.count, by: 8).map { start in
            bits[start..<start + 8].reduce(UInt8(0)) { $0 << 1 | $1 }
        }
    }

    private static func numbered(_ element: [UInt8], _ tag: UInt8) -> [UInt8] {
        Array(element[..<5]) + [tag >> 1 & 1, tag & 1] + Array(element[7...])
    }

    // Bit by bit: what it is, its tag, then all zeros but for the pair's common window.
    private static let single = [UInt8](repeating: 0, count: 29)
    private static let pair: [UInt8] = [0, 0, 1, 0, 0, 0, 0, 1] + [UInt8](repeating: 0, count: 35)
    private static let low: [UInt8] = [0, 1, 1] + [UInt8](repeating: 0, count: 26)
}
