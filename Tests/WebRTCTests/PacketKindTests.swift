import Testing
import WebRTC

@Suite struct PacketKindTests {
    /// RFC 7983 §7, and RFC 5761 §4 for the second octet.
    @Test(arguments: 0...255) func `tells protocols apart by the first octet`(first: Int) {
        let expected: PacketKind =
            switch first {
            case 0...3: .stun
            case 20...63: .dtls
            case 128...191: .rtp
            default: .other
            }
        let bytes = [UInt8(first), 96]
        #expect(PacketKind(bytes) == expected)
    }

    @Test(arguments: 0...255) func `tells RTCP by its packet type`(second: Int) {
        let bytes: [UInt8] = [0x80, UInt8(second)]
        let expected: PacketKind = (192...223).contains(second) ? .rtcp : .rtp
        #expect(PacketKind(bytes) == expected)
    }

    @Test(arguments: 0...1) func `too short for any protocol is none`(count: Int) {
        let bytes = [UInt8](repeating: 0x80, count: count)
        #expect(PacketKind(bytes) == .other)
    }
}
