import Codecs
import Wire

extension TrackFormat {
    /// The format as players ask for it (RFC 6381); `nil` where none has a name for it in MP4.
    public var codecName: String? {
        switch self {
        case .h264(let sets, _):
            let sequence = sets.first { $0.count > 3 && $0[0] & 0x1F == 7 }
            return sequence.map { "avc1." + Self.hex($0[1...3]) }
        case .h265(let sets, _): return Self.h265Name(sets)
        case .aac(let configuration): return "mp4a.40.\(configuration.objectType)"
        case .opus: return "opus"
        case .mp3(let rate): return rate >= 32_000 ? "mp4a.6B" : "mp4a.69"
        case .vp8: return "vp8"
        case .vp9(let header):
            guard let header else { return "vp09.00.41.08" }
            let level = SampleEntry.level(ofVP9: header)
            return "vp09." + Self.decimal([header.profile, level, header.bitDepth])
        case .av1(let unit):
            guard let header = AV1Configuration.sequenceHeader(of: unit.span.bytes) else {
                return "av01.0.08M.08"
            }
            return "av01.\(header.profile)." + Self.decimal([header.level])
                + (header.isHighTier ? "H." : "M.") + Self.decimal([header.bitDepth])
        case .g711: return nil
        }
    }

    /// Profile, compatibility in reverse, tier and level, constraints (ISO/IEC 14496-15 §E.3).
    private static func h265Name(_ sets: [[UInt8]]) -> String? {
        guard let unit = sets.first(where: { $0.count > 2 && $0[0] >> 1 & 0x3F == 33 }) else {
            return nil
        }
        let raw = NALUnits.rawByteSequence(of: unit.span.bytes)
        guard raw.count >= 15 else { return nil }
        let profile = Array(raw[3..<15])
        let flags = profile[1...4].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        var reversed: UInt32 = 0
        for bit in 0..<32 where flags & 1 << bit != 0 { reversed |= 1 << (31 - bit) }
        let tier = profile[0] & 0x20 == 0 ? "L" : "H"
        let space = ["", "A", "B", "C"][Int(profile[0] >> 6)]
        var constraints = Array(profile[5...10])
        while constraints.last == 0 { constraints.removeLast() }
        let parts =
            ["hvc1", space + String(profile[0] & 0x1F), String(reversed, radix: 16)]
            + [tier + String(profile[11])] + constraints.map { String($0, radix: 16) }
        return parts.joined(separator: ".")
    }

    /// Numbers of two digits with points between them.
    private static func decimal(_ numbers: [UInt8]) -> String {
        numbers.map { ($0 < 10 ? "0" : "") + String($0) }.joined(separator: ".")
    }

    private static func hex(_ octets: ArraySlice<UInt8>) -> String {
        octets.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
