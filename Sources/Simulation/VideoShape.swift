/// What a simulated camera's payloads look like to who forwards them: their first three octets.
public enum VideoShape: Sendable, CaseIterable {
    /// A VP8 descriptor and the frame tag's first octet (RFC 7741 §4.2, §4.3).
    case vp8
    /// A piece of a slice, IDR or not (RFC 6184 §5.8); before an IDR picture its parameter sets, in a
    /// packet each.
    case h264

    /// The octets that begin a frame's part.
    func prefix(isKeyframe: Bool, part: Int) -> [UInt8] {
        switch self {
        case .vp8: [part == 0 ? 0x10 : 0x00, isKeyframe ? 0x00 : 0x01, 0x9D]
        case .h264 where isKeyframe && part < 2: [part == 0 ? 0x67 : 0x68, 5, 0x80]
        case .h264 where isKeyframe: [0x7C, (part == 2 ? 0x80 : 0x00) | 5, 0x80]
        case .h264: [0x7C, (part == 0 ? 0x80 : 0x00) | 1, 0x80]
        }
    }

    /// Whether a payload with this second octet is part of a key frame.
    func isOfKeyframe(_ second: UInt8) -> Bool {
        switch self {
        case .vp8: second & 1 == 0
        case .h264: second & 0x1F == 5
        }
    }

    var rtpmap: String {
        switch self {
        case .vp8: "VP8/90000"
        case .h264: "H264/90000"
        }
    }

    var formatParameters: String? {
        switch self {
        case .vp8: nil
        case .h264:
            "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f"
        }
    }
}
