import Codecs
import Muxer
import RTP
import Testing
import Timing
import Wire

@testable import Recording

/// The loss of power at any moment: any of the blocks that were not synced may be missing.
@Suite struct PowerLossTests {
    private static let clock = ClockMap(instant: Instant(nanoseconds: 0), unixNanoseconds: 0)

    /// Records `frames` pictures at 25 a second onto a disk of the model, and leaves it there.
    private static func record(
        _ frames: Int, _ container: Container, sync: SyncPolicy
    ) throws -> (disk: ModelDisk, stream: StampedStream) {
        let (disk, stream) = (VirtualDisk(), StampedStream(byteCount: 200))
        var work = disk.work(sync: sync)
        var recording = try StreamRecording(
            picture: StampedStream.format, sound: nil,
            options: RecordingOptions(container: container), clock: clock)
        var file: RecordingFile?
        for number in 0..<frames {
            recording.write(stream.picture(number), time: stream.time(number))
            while let event = recording.nextEvent() {
                switch event {
                case .began(let container):
                    file = RecordingFile(
                        in: "/r", name: "cam", startSeconds: 0, live: LiveIndex(container),
                        disk: disk.door, queue: WaitingOctets(), onEvent: { _ in })
                case .data(let chunk, _): #expect(file?.append(chunk) == true)
                case .connected, .counted, .finished, .stalled, .interrupted, .note: continue
                }
            }
            disk.perform(&work, at: stream.start + stream.time(number))
        }
        return (disk.model, stream)
    }

    private static func pictures(on disk: ModelDisk, _ container: Container) throws -> [Int] {
        let name = try #require(disk.names.first { !$0.hasSuffix(".index") })
        let bytes = try #require(disk.bytes(name))
        let index = try #require(disk.bytes(name + ".index"))
        var reader = try IndexReader(index.span.bytes)
        let end = reader.readParts().last?.end
        #expect(end == UInt64(bytes.count), "the index tells of all that is left, and of no more")
        return StampedStream.stamps(inFile: bytes, container)
    }

    @Test(arguments: [Container.mpegts, .fmp4])
    func `nothing older than the sync interval is lost`(container: Container) throws {
        for seed in 1...25 as ClosedRange<UInt64> {
            let frames = 100 + Int(seed) * 3
            let (disk, _) = try Self.record(frames, container, sync: .interval(.seconds(1)))
            disk.losePower(seed: seed)
            let report = Recovery(storage: disk, folder: "/r").run()
            #expect(report.mended == 1)
            let stamps = try Self.pictures(on: disk, container)
            let isUnbroken = stamps == Array(0..<stamps.count)
            #expect(isUnbroken, "in order, none missing, after seed \(seed)")
            // A second of the interval, and the part that was gathered then: 25 + 5 pictures, and one
            // that had only begun.
            #expect(stamps.count >= frames - 31, "seed \(seed)")
            let before = disk.names.map { disk.bytes($0) }
            #expect(Recovery(storage: disk, folder: "/r").run().mended == 0)
            let isUnchanged = disk.names.map { disk.bytes($0) } == before
            #expect(isUnchanged)
        }
    }

    @Test func `synced part by part, the last part is all that is lost`() throws {
        for seed in 1...10 as ClosedRange<UInt64> {
            let (disk, _) = try Self.record(100 + Int(seed), .mpegts, sync: .part)
            disk.losePower(seed: seed)
            _ = Recovery(storage: disk, folder: "/r").run()
            #expect(try Self.pictures(on: disk, .mpegts).count >= 100 + Int(seed) - 6)
        }
    }

    @Test func `a clock that was set back by the loss hides no hole`() throws {
        for seed in 1...10 as ClosedRange<UInt64> {
            let (disk, _) = try Self.record(130, .mpegts, sync: .interval(.seconds(1)))
            disk.losePower(seed: seed)
            // The file seems to be of the time to come, and of this life.
            _ = Recovery(storage: disk, folder: "/r", bootSeconds: -1, nowSeconds: -1).run()
            let stamps = try Self.pictures(on: disk, .mpegts)
            #expect(stamps == Array(0..<stamps.count), "seed \(seed)")
        }
    }

    @Test func `a killed process loses what was gathered, and nothing else`() throws {
        for container in [Container.mpegts, .fmp4] {
            let (disk, _) = try Self.record(133, container, sync: .none)
            disk.kill()
            // Written since this system started: no power was lost.
            _ = Recovery(storage: disk, folder: "/r", bootSeconds: -1).run()
            // A transport stream's pictures are there as they came, whatever part they are of.
            let limit = container == .mpegts ? 133 : 133 - 6
            #expect(try Self.pictures(on: disk, container).count >= limit)
        }
    }
}
