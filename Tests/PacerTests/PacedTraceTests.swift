import Pacer
import Simulation
import Testing
import Timing

/// The goals, trace by trace, in virtual time; the original's law beside them.
@Suite struct PacedTraceTests {
    struct Outcome {
        var measures: PacedMeasures
        var frames: [PacedFrameRecord]
        var statistics: PacerStatistics
        var mostInMillisecond: Int
        var isWhole: Bool
    }

    static func play(
        _ shape: CameraShape, law: PacerConfiguration.Law = .mediaClock,
        policy: PacerConfiguration.Policy? = nil, timer: TimerModel = .idle,
        from first: Interval = .seconds(5)
    ) -> Outcome {
        let trace = CameraTrace(shape, seed: 11)
        var configuration = PacerConfiguration()
        configuration.law = law
        if let policy { configuration.policy = policy }
        var replay = PacedReplay(trace, through: configuration, timer: timer)
        replay.run()
        return Outcome(
            measures: PacedMeasures(replay.frames, from: first), frames: replay.frames,
            statistics: replay.statistics, mostInMillisecond: replay.mostInMillisecond,
            isWhole: replay.packetsSent == trace.packets.count)
    }

    static var jittered: CameraShape {
        var shape = CameraShape()
        (shape.length, shape.jitter) = (.seconds(40), .milliseconds(3))
        return shape
    }

    @Test func `three milliseconds of jitter cost twenty of delay, the original two hundred`()
        throws
    {
        let ours = Self.play(Self.jittered)
        let added = ours.measures.added(track: 0)
        #expect(try #require(added.quantile(500)) <= .milliseconds(20))
        #expect(try #require(added.quantile(990)) <= .milliseconds(30))
        #expect(try #require(ours.measures.skew().last) <= .milliseconds(15))
        #expect(ours.measures.receiverJitter(track: 0) <= .milliseconds(10))
        #expect(ours.isWhole && ours.mostInMillisecond <= 8)
        let original = Self.play(Self.jittered, law: .leakyBucket, timer: .busy)
        #expect(try #require(original.measures.added(track: 0).quantile(500)) > .milliseconds(150))
        #expect(try #require(original.measures.skew().last) > .milliseconds(60))
        #expect(original.mostInMillisecond > 8)
    }

    @Test(arguments: [5_000, 10_000, 15_000, 25_000, 30_000, 60_000] as [Int64], [false, true])
    func `any frame rate, steady or not`(rate: Int64, isVariable: Bool) throws {
        var shape = Self.jittered
        (shape.length, shape.framesPerThousandSeconds) = (.seconds(20), rate)
        (shape.isVariable, shape.pausesAudio) = (isVariable, isVariable)
        let outcome = Self.play(shape)
        #expect(try #require(outcome.measures.added(track: 0).quantile(500)) <= .milliseconds(22))
        #expect(try #require(outcome.measures.skew().last) <= .milliseconds(20))
        #expect(outcome.isWhole && outcome.mostInMillisecond <= 8)
    }

    @Test(arguments: [200, 1_000, 2_000] as [Int64])
    func `a stall is played off within twice its length, and nothing is lost`(length: Int64) throws
    {
        var shape = Self.jittered
        shape.stalls = [(at: .seconds(20), length: .milliseconds(length))]
        let outcome = Self.play(shape)
        let end = Interval.seconds(20) + .milliseconds(length)
        for track in 0...1 {
            let recovery = outcome.measures.recovery(
                track: track, stalledFrom: .seconds(20), to: end)
            #expect(try #require(recovery) <= .milliseconds(length) * 2)
        }
        #expect(outcome.isWhole && outcome.mostInMillisecond <= 8)
    }

    @Test func `after two seconds of stall the original is late for good`() throws {
        var shape = Self.jittered
        shape.stalls = [(at: .seconds(20), length: .seconds(2))]
        let outcome = Self.play(shape, law: .leakyBucket)
        let recovery = outcome.measures.recovery(
            track: 0, stalledFrom: .seconds(20), to: .seconds(22))
        #expect(recovery ?? .seconds(60) > .seconds(10))
    }

    @Test func `ten seconds of stall cost a live picture frames, never sound, a recording nothing`()
        throws
    {
        var shape = Self.jittered
        shape.stalls = [(at: .seconds(15), length: .seconds(10))]
        let live = Self.play(shape)
        #expect(live.frames.allSatisfy { !$0.isDropped || $0.track == 0 })
        #expect(live.measures.dropped > 200)
        let recovery = live.measures.recovery(track: 0, stalledFrom: .seconds(15), to: .seconds(25))
        #expect(try #require(recovery) <= .seconds(4))
        #expect(live.statistics.framesDropped[.latency] == live.measures.dropped)
        #expect(Self.play(shape, policy: .recording).isWhole)
    }

    @Test(arguments: [-500, -200, 200, 500] as [Int64])
    func `a camera's clock may be wrong`(drift: Int64) throws {
        var shape = Self.jittered
        (shape.driftPerMillion, shape.audioDriftPerMillion) = (drift, -drift / 2)
        let outcome = Self.play(shape)
        #expect(try #require(outcome.measures.added(track: 0).quantile(500)) <= .milliseconds(23))
        #expect(try #require(outcome.measures.skew().last) <= .milliseconds(15))
    }

    @Test(arguments: [3_600, -3_600] as [Int64]) func `timestamps may jump an hour`(seconds: Int64)
        throws
    {
        var shape = Self.jittered
        shape.timestampJump = (at: .seconds(20), ticks: seconds * 90_000)
        let outcome = Self.play(shape)
        #expect(try #require(outcome.measures.added(track: 0).last) <= .milliseconds(80))
        #expect(outcome.statistics.clock.epochAnchors == 1)
        #expect(outcome.isWhole)
    }

    @Test func `bursts every 200 ms leave evenly, and wraps go unnoticed`() throws {
        var shape = Self.jittered
        (shape.burst, shape.firstTimestamp) = (.milliseconds(200), 0 &- 90_000 * 15)
        let outcome = Self.play(shape, from: .seconds(12))
        #expect(
            try #require(outcome.measures.variation(track: 0).quantile(990)) <= .milliseconds(4))
        #expect(
            try #require(outcome.measures.variation(track: 1).quantile(990)) <= .milliseconds(4))
        #expect(outcome.statistics.video.repairs.wraps == 1)
    }

    @Test func `a key frame of 300 kB takes 31 ms and leaves sound alone`() throws {
        var shape = Self.jittered
        shape.packetsPerKeyframe = 250
        let outcome = Self.play(shape, timer: .exact)
        #expect(outcome.mostInMillisecond <= 8 && outcome.isWhole)
        let longest = outcome.frames.map { $0.departed - $0.began }.max()
        let spread = try #require(longest)
        #expect(spread >= .milliseconds(30))
        #expect(spread <= .milliseconds(36))
        #expect(
            try #require(outcome.measures.variation(track: 1).quantile(990)) <= .milliseconds(5))
    }

    @Test(arguments: [-200, 200] as [Int64]) func `a day without drift`(drift: Int64) throws {
        var shape = Self.jittered
        (shape.length, shape.framesPerThousandSeconds) = (.seconds(86_400), 400)
        (shape.audioInterval, shape.driftPerMillion) = (.milliseconds(2_500), drift)
        (shape.packetsPerFrame, shape.packetsPerKeyframe) = (1, 1)
        let outcome = Self.play(shape)
        #expect(abs(outcome.measures.slope(track: 0)) < 1)
        #expect(abs(outcome.measures.slope(track: 1)) < 1)
        #expect(try #require(outcome.measures.added(track: 0).quantile(990)) <= .milliseconds(30))
        #expect(outcome.isWhole)
    }
}
