import Codecs
import Glibc
import Muxer
import RTP
import Testing
import Timing
import Wire

@testable import Recording

/// The loss of power at any call: any of the blocks that were not synced may be missing. Two megabits a
/// second, so that a second of it has sixty of them.
@Suite struct PowerLossTests {
    private static let containers = [Container.mpegts, .fmp4, .mp4, .webm]
    private static let clock = ClockMap(instant: Instant(nanoseconds: 0), unixNanoseconds: 0)
    /// A second of the interval, and the part that was gathered then: 25 + 5 pictures, and one that had
    /// only begun.
    private static let lostPictures = 31

    /// Records a stream picture by picture onto a disk of the model.
    private struct Camera: ~Copyable {
        let disk = VirtualDisk()
        let stream: StampedStream
        var work: DiskWork
        private var recording: StreamRecording
        private var file: RecordingFile?
        private var number = 0

        init(_ container: Container, sync: SyncPolicy = .interval(.seconds(1))) throws {
            stream = StampedStream(byteCount: 10_000, container: container, seed: 7)
            work = disk.work(sync: sync)
            recording = try StreamRecording(
                picture: stream.format, sound: nil,
                options: RecordingOptions(container: container), clock: clock)
        }

        mutating func record(_ frames: Int) {
            for _ in 0..<frames {
                disk.model.state.withLock { [number] in $0.moment = number }
                recording.write(stream.picture(number), time: stream.time(number))
                take()
                disk.perform(&work, at: stream.start + stream.time(number))
                number += 1
            }
        }

        mutating func end() {
            disk.model.state.withLock { [number] in $0.moment = number }
            recording.finish()
            take()
            file?.end()
            disk.perform(&work, at: stream.start + stream.time(number))
        }

        private mutating func take() {
            while let event = recording.nextEvent() {
                switch event {
                case .began(let container):
                    file = RecordingFile(
                        in: "/r", name: "cam", startSeconds: 0, live: LiveIndex(container),
                        disk: disk.door, queue: WaitingOctets(), onEvent: { _ in })
                case .data(let chunk, _): #expect(file?.append(chunk) == true)
                case .connected, .counted, .finished, .stalled, .leftOut, .interrupted, .note:
                    continue
                }
            }
        }
    }

    /// How many pictures a disk holds: from the first on, in order, and each octet for octet.
    private static func pictures(on disk: ModelDisk, _ stream: StampedStream) throws -> Int {
        guard let name = disk.names.first(where: { !$0.hasSuffix(".index") }) else { return 0 }
        var bytes = try #require(disk.bytes(name))
        // Of a file whose first part has not come yet nothing is to be played.
        guard let index = disk.bytes(name + ".index"), !index.isEmpty else { return 0 }
        var reader = try IndexReader(index.span.bytes)
        var end: UInt64 = 0
        reader.forEachMendedPart(upTo: .max) { end = $0.end }
        if stream.container == .mpegts || stream.container == .fmp4 {
            #expect(end == UInt64(bytes.count), "the index tells of all that is left, and no more")
        }
        if stream.container == .mpegts {
            var demuxer = TransportStreamDemuxer()
            demuxer.receive(bytes.span.bytes)
            demuxer.finish()
            bytes = demuxer.takeUnits().flatMap(\.payload)
        }
        var count = 0
        for place in places(of: Array("#00000".utf8), in: bytes) {
            let content = stream.content(count)
            let isIntact =
                place + content.count <= bytes.count
                && bytes.withUnsafeBytes { octets in
                    octets.baseAddress.map { memcmp($0 + place, content, content.count) == 0 }
                } ?? false
            #expect(isIntact, "picture \(count)")
            guard isIntact else { break }
            count += 1
        }
        return count
    }

    private static func places(of needle: [UInt8], in bytes: [UInt8]) -> [Int] {
        bytes.withUnsafeBytes { buffer in
            var (found, from): ([Int], Int) = ([], 0)
            while let start = buffer.baseAddress, let first = needle.first,
                let octet = memchr(start + from, Int32(first), buffer.count - from)
            {
                let place = UnsafeRawPointer(octet) - start
                from = place + 1
                let isThere =
                    place + needle.count <= buffer.count
                    && memcmp(octet, needle, needle.count) == 0
                if isThere { found.append(place) }
            }
            return found
        }
    }

    /// Takes the power from a disk as it stood, has it recovered, and says how many pictures are left.
    private static func left(
        of state: ModelDisk.State, seed: UInt64, _ stream: StampedStream
    ) throws -> Int {
        let disk = ModelDisk(state)
        disk.losePower(seed: seed)
        let report = Recovery(storage: disk, folder: "/r").run()
        // Where not even its first part is whole a file stays as it is.
        let count = report.unexplained.isEmpty ? try pictures(on: disk, stream) : 0
        let before = disk.names.map { disk.bytes($0) }
        #expect(Recovery(storage: disk, folder: "/r").run().mended == 0)
        let isUnchanged = disk.names.map { disk.bytes($0) } == before
        #expect(isUnchanged, "the second time changes nothing")
        return count
    }

    @Test(arguments: containers)
    func `nothing older than the sync interval is lost`(container: Container) throws {
        var camera = try Camera(container)
        camera.record(1)
        camera.disk.model.state.withLock { $0.keepsOneOf = container == .mpegts ? 13 : 5 }
        camera.record(119)
        let kept = camera.disk.model.state.withLock { $0.kept }
        #expect(kept.count > 8, "\(kept.count)")
        for (seed, state) in kept.enumerated() {
            let count = try Self.left(of: state, seed: UInt64(seed + 1), camera.stream)
            #expect(count >= state.moment - Self.lostPictures, "after \(state.moment)")
        }
    }

    @Test(arguments: containers)
    func `a disk that hands over half a second late loses no more than that`(
        container: Container
    ) throws {
        var camera = try Camera(container)
        camera.record(1)
        camera.disk.slowDown()
        camera.disk.model.state.withLock { $0.keepsOneOf = container == .mpegts ? 13 : 5 }
        for _ in 0..<10 {
            camera.record(12)
            camera.disk.doErrands()
        }
        let kept = camera.disk.model.state.withLock { $0.kept }
        for (seed, state) in kept.enumerated() {
            let count = try Self.left(of: state, seed: UInt64(seed + 1), camera.stream)
            #expect(count >= state.moment - Self.lostPictures - 13, "after \(state.moment)")
        }
    }

    @Test(arguments: containers)
    func `nor is it at any call of a file's closing, nor at any of its recovery`(
        container: Container
    ) throws {
        var camera = try Camera(container)
        camera.record(60)
        camera.disk.model.state.withLock { $0.keepsOneOf = 1 }
        camera.end()
        let kept = camera.disk.model.state.withLock { $0.kept + [$0] }
        #expect(kept.count > (container == .mp4 || container == .webm ? 8 : 4))
        for (call, state) in kept.enumerated() {
            var least = 60
            for seed in 1...2 as ClosedRange<UInt64> {
                let seed = seed + UInt64(call) * 2
                least = min(least, try Self.left(of: state, seed: seed, camera.stream))
            }
            #expect(least >= 60 - Self.lostPictures, "call \(call)")
            if call == kept.count - 1 { #expect(least == 60) }
            guard call % 2 == 1 else { continue }
            // The power goes again while what it left is recovered.
            let disk = ModelDisk(state)
            disk.losePower(seed: UInt64(call + 1))
            disk.state.withLock { $0.keepsOneOf = 2 }
            _ = Recovery(storage: disk, folder: "/r").run()
            for (step, again) in disk.state.withLock({ $0.kept }).enumerated() {
                let count = try Self.left(of: again, seed: UInt64(step + 1), camera.stream)
                #expect(count >= 60 - Self.lostPictures, "call \(call), step \(step)")
            }
        }
    }

    /// A failed sync is told once, and hides what it has lost: `fsync(2)`.
    enum Failure: CaseIterable { case ofSync, ofClosing, ofRecovery }

    @Test(arguments: containers, Failure.allCases)
    func `what a failed sync has lost is found by the next start, in the same life of the system`(
        container: Container, failure: Failure
    ) throws {
        var camera = try Camera(container)
        camera.record(60)
        let disk = camera.disk.model
        disk.state.withLock { $0.syncFailure = EIO }
        var count = 60
        switch failure {
        case .ofSync:
            while camera.disk.condition.snapshot.refusals == 0, count < 100 {
                camera.record(1)
                count += 1
            }
            #expect(count < 100)
        case .ofClosing: camera.end()
        case .ofRecovery:
            disk.kill()
            let report = Recovery(storage: disk, folder: "/r", bootSeconds: -1).run()
            #expect(report.refused.count == 1)
        }
        disk.state.withLock { $0.syncFailure = nil }
        disk.kill()
        #expect(Recovery(storage: disk, folder: "/r", bootSeconds: -1).run().mended == 1)
        disk.evict()
        #expect(try Self.pictures(on: disk, camera.stream) >= count - Self.lostPictures)
        let index = try #require(disk.names.first { $0.hasSuffix(".index") })
        let octets = try #require(disk.bytes(String(index.dropLast(6))))
        let hole = stride(from: 0, to: octets.count, by: 4096).first { start in
            octets[start..<min(start + 4096, octets.count)].allSatisfy { $0 == 0 }
        }
        #expect(hole == nil, "of \(octets.count) octets")
        #expect(disk.bytes(index)?.suffix(8) == ClosingMark.bytes[...])
        #expect(Recovery(storage: disk, folder: "/r", bootSeconds: -1).run() == .of(files: 1))
    }

    @Test func `synced part by part, the last part is all that is lost`() throws {
        var camera = try Camera(.mpegts, sync: .part)
        camera.record(1)
        camera.disk.model.state.withLock { $0.keepsOneOf = 11 }
        camera.record(60)
        for (seed, state) in camera.disk.model.state.withLock({ $0.kept }).enumerated() {
            let count = try Self.left(of: state, seed: UInt64(seed + 1), camera.stream)
            #expect(count >= state.moment - 6, "after \(state.moment)")
        }
    }

    @Test func `a clock that was set back by the loss hides no hole`() throws {
        var camera = try Camera(.mpegts)
        camera.record(90)
        for seed in 1...10 as ClosedRange<UInt64> {
            let disk = ModelDisk(camera.disk.model.state.withLock { $0 })
            disk.losePower(seed: seed)
            // The file seems to be of the time to come, and of this life.
            _ = Recovery(storage: disk, folder: "/r", bootSeconds: -1, nowSeconds: -1).run()
            #expect(try Self.pictures(on: disk, camera.stream) >= 90 - Self.lostPictures)
        }
    }

    @Test(arguments: containers)
    func `a killed process loses what was gathered, and nothing else`(container: Container) throws {
        var camera = try Camera(container, sync: .none)
        camera.record(58)
        let disk = camera.disk.model
        disk.kill()
        // Written since this system started: no power was lost.
        _ = Recovery(storage: disk, folder: "/r", bootSeconds: -1).run()
        // A transport stream's pictures are there as they came, whatever part they are of.
        let limit = container == .mpegts ? 58 : 58 - 6
        #expect(try Self.pictures(on: disk, camera.stream) >= limit)
    }
}
