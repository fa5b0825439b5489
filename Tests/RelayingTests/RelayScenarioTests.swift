import Relaying
import SFU
import Testing
import Timing

/// The relay between a virtual camera and our own worker, in virtual time.
@Suite struct RelayScenarioTests {
    /// How far frames' departures are from their timestamps' distances, in ms, sorted.
    private static func unevenness(_ frames: [RelayWalk.Departure]) -> [Double] {
        zip(frames, frames.dropFirst()).map { before, after in
            let media = Double(after.timestamp &- before.timestamp) / 90
            return abs(Double((after.at - before.at).nanoseconds) / 1e6 - media)
        }.sorted()
    }

    /// The first packet of each frame.
    private static func firsts(of packets: [RelayWalk.Departure]) -> [RelayWalk.Departure] {
        packets.enumerated().filter { $0 == 0 || packets[$0 - 1].timestamp != $1.timestamp }
            .map(\.element)
    }

    @Test(arguments: [Interval.zero, .milliseconds(100), .milliseconds(200)])
    func `what comes in bursts leaves evenly, whole and with its own timestamps`(
        burst: Interval
    ) throws {
        var walk = try RelayWalk(burst: burst)
        try walk.run(for: .seconds(12))
        let pictures = walk.departures.filter { $0.payloadType == 96 }
        let (firsts, lasts) = (Self.firsts(of: pictures), pictures.filter(\.marker))
        #expect(lasts.count > 300 && walk.reasons.isEmpty)
        for (before, after) in zip(lasts, lasts.dropFirst()) {
            #expect(after.timestamp &- before.timestamp == 3000, "no frame lost, none changed")
        }
        let uneven = Self.unevenness(Array(firsts.suffix(200)))
        #expect(uneven[uneven.count * 95 / 100] < 2, "\(uneven.suffix(10))")
        for (first, last) in zip(firsts, lasts) {
            #expect(last.at - first.at <= .milliseconds(8), "a frame leaves within 8 ms")
        }
        let sound = walk.departures.filter { $0.payloadType == 111 }
        #expect(sound.count > 500)
        for (before, after) in zip(sound, sound.dropFirst()) {
            #expect(after.timestamp &- before.timestamp == 960)
        }
        let dropped = walk.worker.statistics().drops
        #expect(dropped[.notAuthentic] == 0 && dropped[.malformedRTP] == 0)
    }

    @Test func `never more than eight packets leave in a millisecond`() throws {
        var walk = try RelayWalk(burst: .milliseconds(200))
        try walk.run(for: .seconds(8))
        let times = walk.departures.map(\.at)
        var first = 0
        for (index, time) in times.enumerated() {
            while time - times[first] >= .milliseconds(1) { first += 1 }
            #expect(index - first + 1 <= 8, "at \(time)")
        }
    }

    @Test func `a camera that comes back goes on in the same session`() throws {
        var walk = try RelayWalk(burst: .zero)
        try walk.run(for: .seconds(3))
        try walk.replaceCamera(burst: .zero)
        try walk.run(for: .seconds(5))
        #expect(walk.reasons == ["the camera has closed the connection"])
        let before = walk.departures.count
        try walk.run(for: .seconds(2))
        #expect(walk.departures.count > before + 200)
        #expect(walk.worker.statistics().transportCount == 1)
        #expect(walk.engine.statistics().cameraInterruptions == 1)
        for (payloadType, clockRate) in [(UInt8(96), 90.0), (111, 48.0)] {
            let line = walk.departures.filter { $0.payloadType == payloadType }
            var media: Int64 = 0  // the camera's own begins anew: what is sent does not
            for (before, after) in zip(line, line.dropFirst()) {
                let step = Int64(Int32(bitPattern: after.timestamp &- before.timestamp))
                #expect(step >= 0)
                media += step
            }
            let passed = try #require(line.last).at - #require(line.first).at
            let difference = Double(media) / clockRate - Double(passed.nanoseconds) / 1e6
            #expect(abs(difference) < 100, "ms")
        }
    }

    @Test func `a source with B-frames is refused with one line`() throws {
        var walk = try RelayWalk(burst: .zero)
        walk.camera.sendsBidirectional = true
        try walk.run(for: .seconds(2))
        #expect(
            walk.reasons == [
                "the source has B-frames, which WebRTC cannot carry: pictures hold B slices"
            ])
    }

    @Test func `a camera of H.265 is refused with what to do about it`() throws {
        var walk = try RelayWalk(burst: .zero, encoding: "H265")
        try walk.run(for: .seconds(1))
        #expect(
            walk.reasons == [
                "the camera offers no H264, only H265: "
                    + "browsers take H.264 by WebRTC, set the source to that"
            ])
    }
}
