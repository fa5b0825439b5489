import Foundation
import RTP
import Testing
import Timing

// The README's example, word for word.
/// A camera's H.264 packets, cut anew for a browser: whole pictures from the first key frame on.
func forBrowsers(_ packets: [(bytes: [UInt8], at: Instant)]) -> PacketBatch {
    var camera = TrackReceiver(
        H264Depacketizer(), payloadType: 96, patience: .milliseconds(40))
    var browser = H264Packetizer(payloadType: 102, ssrc: 0xCAFE, sequenceNumber: 0)
    var batch = PacketBatch()
    for packet in packets {
        // What is missing is waited for until `nextDeadline`; a host without packets would wake then.
        camera.advance(to: packet.at)
        camera.receive(packet.bytes.span.bytes, at: packet.at)
        while let picture = camera.next() {
            if picture.followsLoss { browser.skipSequenceNumbers() }  // a gap there as well
            let timestamp = UInt32(truncatingIfNeeded: picture.timestamp)
            browser.packetize(picture.bytes.span.bytes, timestamp: timestamp, into: &batch)
            camera.depacketizer.recycle(picture)  // its memory serves the next one
        }
    }
    return batch
}

@Suite struct ReadmeTests {
    @Test func `the example makes the same pictures of shuffled packets`() {
        let frames = H264Frames.stream(30, seed: 4)
        var packets = H264Frames.packets(frames, sequenceNumber: 65_500)
        for index in stride(from: 1, to: packets.count - 1, by: 5) {
            packets.swapAt(index, index + 1)
        }
        let sent = forBrowsers(
            packets.enumerated().map { index, packet in
                (packet, Instant(nanoseconds: 0) + .milliseconds(Int64(index)))
            })
        var receiver = TrackReceiver(H264Depacketizer(), payloadType: 102)
        let isSame = receiver.units(of: sent.all).map(\.bytes) == frames
        #expect(isSame)
    }

    @Test func `the README shows it as it is compiled here`() throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent()
        let here = try String(contentsOf: URL(filePath: #filePath), encoding: .utf8)
        let readme = try String(
            contentsOf: folder.appending(path: "../../README.md"), encoding: .utf8)
        let begin = try #require(here.range(of: "/// A camera's H.264 packets"))
        let end = try #require(here.range(of: "\n}\n", range: begin.upperBound..<here.endIndex))
        #expect(readme.contains(here[begin.lowerBound..<end.upperBound]))
    }
}
