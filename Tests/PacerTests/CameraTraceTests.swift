import Pacer
import Simulation
import Testing
import Timing

@Suite struct CameraTraceTests {
    @Test func `the same seed gives the same packets, another one others`() {
        var shape = CameraShape()
        (shape.length, shape.jitter) = (.seconds(5), .milliseconds(3))
        let first = CameraTrace(shape, seed: 5).packets
        #expect(first == CameraTrace(shape, seed: 5).packets)
        #expect(first != CameraTrace(shape, seed: 6).packets)
    }

    @Test func `jitter is exponential`() {
        var shape = CameraShape()
        (shape.length, shape.jitter) = (.seconds(300), .milliseconds(3))
        (shape.framesPerThousandSeconds, shape.audioInterval) = (5_000, .zero)
        let late = CameraTrace(shape, seed: 3).packets.filter(\.isFrameEnd)
            .map { $0.arrival - $0.captured - shape.delay }.sorted()
        let mean = late.reduce(.zero, +) / Int64(late.count)
        #expect(abs(mean.seconds - 0.003) < 0.0003)
        let median = late[late.count / 2]
        #expect(abs(median.seconds - 0.00208) < 0.0003)
    }

    @Test func `a link in mahimahi's form lets 1500 octets pass at each line`() throws {
        var shape = CameraShape()
        (shape.length, shape.audioInterval) = (.seconds(2), .zero)
        shape.link = try #require(CameraShape.link(mahimahi: "1\n2\n2\n7\n10\n"))
        let packets = CameraTrace(shape, seed: 1).packets
        for packet in packets {
            let place = (packet.arrival - CameraTrace.start).nanoseconds / 1_000_000 % 10
            #expect([0, 1, 2, 7].contains(place))
        }
        #expect(zip(packets.dropFirst(), packets).allSatisfy { $0.arrival >= $1.arrival })
        #expect(CameraShape.link(mahimahi: "1\ntwo\n") == nil)
    }
}
