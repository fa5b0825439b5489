import Muxer
import RTP
import Testing
import Timing

@testable import Recording

/// The dates in files' indexes where a recording begins with pictures from before, from frames to the disk.
@Suite struct FileDatesTests {
    private static let wall: Int64 = 1_700_000_000_000_000_000

    /// A recording whose pictures come as a test says, down to a disk in memory.
    private struct Recorded: ~Copyable {
        let stream: StampedStream
        let disk = VirtualDisk()
        let running: RunningRecording
        var work: DiskWork
        var engine: StreamRecording
        var headers: [IndexHeader] = []

        init(_ container: Container, limit: Interval? = nil, sound: TrackFormat? = nil) throws {
            stream = StampedStream(container: container)
            var options = RecordingOptions(container: container)
            options.limits.duration = limit
            work = disk.work()
            running = RunningRecording(
                folder: "/r", name: "cam", disk: disk.door, clock: { wall }, report: { _ in })
            engine = try StreamRecording(
                picture: stream.format, sound: sound, options: options,
                clock: ClockMap(instant: stream.start, unixNanoseconds: wall))
        }

        /// Pictures, 25 a second, of which the first so many come at once and the others as time goes by.
        mutating func send(_ numbers: Range<Int>, fromBefore count: Int) {
            for number in numbers {
                var unit = stream.picture(number)
                unit.arrival = stream.start + stream.time(max(number - count + 1, 0))
                engine.write(unit, time: stream.time(number))
                hand(at: unit.arrival)
            }
        }

        mutating func hand(at now: Instant) {
            while let event = engine.nextEvent() {
                if case .data(let chunk, _) = event, let header = chunk.header {
                    headers.append(header)
                }
                running.take(event)
            }
            disk.perform(&work, at: now)
        }

        /// What the index on the disk begins with, file by file.
        func stored() throws -> [IndexHeader] {
            try disk.model.names.filter { $0.hasSuffix(".index") }.map { name in
                let octets = disk.model.bytes(name) ?? []
                return try IndexReader(octets.span.bytes).header
            }
        }
    }

    @Test(arguments: Container.allCases)
    func `pictures from before are dated to when they were captured`(container: Container) throws {
        var recorded = try Recorded(container)
        recorded.send(0..<25, fromBefore: 25)
        let undated = try #require(recorded.running.live?.snapshot)
        #expect(undated.byteCount > 0, "octets go to the file meanwhile")
        #expect(undated.header == nil && undated.parts.isEmpty, "nobody is told what may change")
        recorded.send(25..<100, fromBefore: 25)
        let live = try #require(recorded.running.live?.snapshot)
        let header = try #require(live.header)
        // The twenty-fifth came as it was captured.
        #expect(header.wallClock == Self.wall - 960_000_000)
        #expect(live.parts.first?.start == .zero && live.spans.first?.isIndependent == true)
        recorded.engine.finish()
        recorded.hand(at: recorded.stream.start + .seconds(4))
        #expect(try recorded.stored() == [header], "the index on the disk says the same")
        #expect(recorded.headers.count == 1, "told once")
    }

    @Test func `its date and its length end at the picture that came last`() throws {
        var recorded = try Recorded(.mpegts)
        recorded.send(0..<100, fromBefore: 47)
        recorded.engine.finish()
        let now = recorded.stream.start + recorded.stream.time(100 - 47)
        recorded.hand(at: now)
        let live = try #require(recorded.running.live?.snapshot)
        let (header, last) = (try #require(live.header), try #require(live.spans.last))
        let end = try #require(header.date(at: last.start + last.duration))
        let behind = Self.wall + (now - recorded.stream.start).nanoseconds - end.nanoseconds
        #expect(abs(behind) <= 40_000_000, "\(behind) ns")
    }

    @Test func `a file that ends before it is certain is dated by what is known`() throws {
        var recorded = try Recorded(.fmp4, limit: .milliseconds(500))
        recorded.send(0..<200, fromBefore: 50)
        recorded.engine.finish()
        recorded.hand(at: recorded.stream.start + .seconds(8))
        let stored = try recorded.stored()
        #expect(stored.count == 8 && stored == recorded.headers)
        // A second's pictures, all of them from before, and then those that are known to be.
        #expect(stored[0].wallClock == Self.wall - 1_000_000_000)
        #expect(stored[2...].allSatisfy { $0.wallClock == Self.wall - 1_960_000_000 })
    }

    @Test func `what has come at once and is followed by nothing is dated then`() throws {
        var recorded = try Recorded(.mpegts)
        recorded.send(0..<25, fromBefore: 25)
        #expect(recorded.running.live?.snapshot.header == nil)
        recorded.engine.flush()
        recorded.hand(at: recorded.stream.start + .milliseconds(200))
        let live = try #require(recorded.running.live?.snapshot)
        #expect(live.header?.wallClock == Self.wall - 960_000_000 && !live.parts.isEmpty)
    }

    @Test func `pictures that stand still while sound goes on are dated two seconds later`() throws
    {
        var recorded = try Recorded(.mpegts, sound: .opus(channelCount: 1))
        recorded.send(0..<25, fromBefore: 25)
        for number in 0..<150 {
            let time = Interval.milliseconds(960 + Int64(number) * 20)
            let arrival = recorded.stream.start + .milliseconds(Int64(number) * 20)
            recorded.engine.write(
                AudioFrame(timestamp: 0, arrival: arrival, bytes: [0xF8, 1, 2, 3]), time: time)
            recorded.hand(at: arrival)
            let isListed = recorded.running.live?.snapshot.header != nil
            #expect(isListed == (number >= 100), "\(number)")
        }
    }

    @Test func `a crash before it is certain leaves an index that is whole`() throws {
        var recorded = try Recorded(.mpegts)
        recorded.send(0..<25, fromBefore: 25)
        recorded.disk.model.kill()
        let report = Recovery(storage: recorded.disk.model, folder: "/r").run()
        #expect(report.mended == 1 && report.unexplained.isEmpty)
    }

    @Test func `the loss of power while it is written leaves one date or the other`() throws {
        for seed in UInt64(1)...32 {
            var recorded = try Recorded(.mpegts)
            recorded.send(0..<25, fromBefore: 25)
            recorded.disk.perform(&recorded.work, at: recorded.stream.start + .seconds(5))
            recorded.send(25..<31, fromBefore: 25)
            recorded.disk.model.losePower(seed: seed)
            let dates = try recorded.stored().map(\.wallClock)
            #expect([[Self.wall], [Self.wall - 960_000_000]].contains(dates), "\(dates)")
        }
    }
}
