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

    /// Video timestamps at whole seconds, as ticks since the first.
    private static func ticks(
        at seconds: [Int64], _ change: (inout CameraShape) -> Void
    ) -> [Int64] {
        var shape = CameraShape()
        (shape.length, shape.framesPerThousandSeconds) = (.seconds(41), 1_000)
        change(&shape)
        let frames = CameraTrace(shape, seed: 1).packets.filter { $0.track == 0 && $0.isFrameEnd }
        return seconds.map { second in
            Int64(Int32(bitPattern: frames[Int(second)].timestamp &- frames[0].timestamp))
        }
    }

    @Test func `a clock that is set runs at another rate from then on`() {
        let ticks = Self.ticks(at: [20, 40]) {
            ($0.driftPerMillion, $0.driftStep) = (200, (.seconds(20), -400))
        }
        #expect(abs(ticks[0] - (20 * 90_000 + 360)) < 10)  // 200 ppm of 1 800 000
        #expect(abs(ticks[1] - 40 * 90_000) < 10)
    }

    @Test func `timestamps that begin again begin at zero`() {
        let ticks = Self.ticks(at: [19, 21, 40]) {
            ($0.firstTimestamp, $0.timestampReset) = (0, .seconds(20))
        }
        #expect(ticks[0] == 19 * 90_000 && ticks[1] < 2 * 90_000)
        #expect(ticks[2] - ticks[1] == 19 * 90_000)
    }
}
