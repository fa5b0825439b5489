import RTP
import Testing
import Timing

@testable import Camera

/// What is missing of a camera's packets, which come over TCP: nothing is waited for.
@Suite struct SourceStatisticsTests {
    private static let start = Instant(nanoseconds: 5_000_000_000)

    /// A picture of VP8 in two packets.
    private static func packets(_ number: Int, isKeyframe: Bool) -> [[UInt8]] {
        (0..<2).map { part in
            var bytes = [UInt8](repeating: 0, count: RTPHeader.byteCount)
            let header = RTPHeader(
                payloadType: 96, sequenceNumber: UInt16(2 * number + part),
                timestamp: UInt32(number * 3600), ssrc: 7, marker: part == 1)
            bytes.withUnsafeMutableBytes { out in
                if let base = out.baseAddress { _ = header.write(to: base) }
            }
            let tag: [UInt8] = isKeyframe ? [0x10, 0x02, 0, 0x9D, 0x01, 0x2A] : [0x11, 0x02, 0]
            let head = part == 0 ? [0x10] + tag + [0x40, 0x01, 0xF0, 0x00] : [0x00]
            return bytes + head + [UInt8](repeating: 7, count: 40)
        }
    }

    /// A hundred pictures, a key frame each tenth; of each so many packets come as `arriving` says.
    private static func receive(
        resumesAtKeyframe: Bool, arriving: (Int) -> Int
    ) -> SourceStatistics {
        var picture = PictureReceiver(.vp8, payloadType: 96, resumesAtKeyframe: resumesAtKeyframe)
        for number in 0..<100 {
            let packets = packets(number, isKeyframe: number % 10 == 0)
            for packet in packets.prefix(arriving(number)) {
                picture.receive(packet.span.bytes, at: start + .milliseconds(Int64(number) * 40))
            }
            while picture.next() != nil {}
        }
        return SourceStatistics(picture, nil, CameraClock(rates: [90_000]))
    }

    @Test func `half a picture is a packet missing and a broken frame`() {
        let found = Self.receive(resumesAtKeyframe: false) { $0 % 10 == 3 ? 1 : 2 }
        #expect(found.missingPackets == 10 && found.brokenFrames == 10)
        #expect(found.undecodableFrames == 0 && found.lostFrames == 10)
    }

    @Test func `pictures behind it are undecodable where they are held back`() {
        let found = Self.receive(resumesAtKeyframe: true) { $0 % 10 == 3 ? 1 : 2 }
        #expect(found.brokenFrames == 10 && found.undecodableFrames == 60)
        #expect(found.earlyFrames == 0)
    }

    @Test func `pictures before the first key frame are early`() {
        let found = Self.receive(resumesAtKeyframe: true) { $0 < 5 ? 0 : 2 }
        #expect(found.earlyFrames == 5 && found.undecodableFrames == 0)
        #expect(found.missingPackets == 0 && found.lostFrames == 5)
    }

    @Test func `what two connections have come to is their sum`() {
        var sum = Self.receive(resumesAtKeyframe: true) { $0 % 10 == 3 ? 1 : 2 }
        sum.add(sum)
        #expect(sum.missingPackets == 20 && sum.lostFrames == 140)
    }
}
