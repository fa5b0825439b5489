import Codecs
import Muxer
import RTP
import Testing
import Timing

@testable import Recording

/// A recording in a folder that grows when the test hands pictures in: ten a second, a key frame each
/// second.
final class GrowingRecording {
    let running: RunningRecording
    private let recordings: Recordings
    private let container: Container
    private var engine: StreamRecording
    private var pictures = 0
    private var parts = 0
    /// What ends the file, kept back.
    private var end: RecordingEvent?

    init(_ name: String, in folder: RecordedFolder, _ container: Container = .mpegts) async throws {
        (recordings, self.container) = (folder.recordings, container)
        running = RunningRecording(
            folder: folder.path, name: name, disk: recordings.home.writer.door,
            clock: { 1_800_000_000_000_000_000 }, report: { _ in })
        let format: TrackFormat =
            container == .webm
            ? .vp8(nil) : .h264(parameterSets: [], framing: AccessUnit.framing)
        engine = try StreamRecording(
            picture: format, sound: nil,
            options: RecordingOptions(container: container),
            clock: ClockMap(
                instant: Instant(nanoseconds: 0), unixNanoseconds: 1_700_000_000_000_000_000))
        await recordings.watch(running)
    }

    var live: LiveIndex { get throws { try #require(running.live) } }

    /// Returns when the parts that these complete are in the file.
    func record(pictures count: Int) async throws {
        for _ in 0..<count {
            engine.write(picture(), time: .milliseconds(Int64(pictures) * 100))
            pictures += 1
            hand()
        }
        try await written()
    }

    /// Puts what has been gathered into the file, which does not end yet.
    func flush() async throws {
        engine.finish()
        hand()
        try await written()
    }

    /// Ends the file, with what has been gathered.
    func finish() async {
        engine.finish()
        hand()
        if let end { running.take(end) }
        await running.finish()
    }

    /// It has been stopped for good.
    func leave() async {
        await finish()
        await recordings.unwatch(running)
    }

    /// Returns when somebody waits for the next part.
    func isWaitedFor() async throws {
        let live = try live
        while live.current.waiterCount == 0 {
            try Task.checkCancellation()
            await Task.yield()
        }
    }

    private func hand() {
        while let event = engine.nextEvent() {
            if case .finished = event {
                end = event
                continue
            }
            if case .data(let chunk, _) = event { parts += chunk.parts.count }
            running.take(event)
        }
    }

    private func written() async throws {
        let live = try live
        while live.snapshot.partCount < parts {
            _ = await live.next(after: live.snapshot.partCount, within: .seconds(10))
        }
    }

    private func picture() -> AccessUnit {
        let isKeyframe = pictures % 10 == 0
        let slice: [UInt8] = [
            isKeyframe ? 0x65 : 0x41, UInt8(pictures % 200 + 1), 3, 4, 5, 6, 7, 8,
        ]
        if container == .webm { return unit(isKeyframe ? RecordedFolder.vp8 : [0x51, 3, 4, 5]) }
        let units = isKeyframe ? [RecordedFolder.sps, [0x68, 0xCE, 0x3C, 0x80], slice] : [slice]
        return unit(units.flatMap { [0, 0, 0, UInt8($0.count)] + $0 })
    }

    private func unit(_ bytes: [UInt8]) -> AccessUnit {
        var unit = AccessUnit(
            timestamp: Int64(pictures),
            arrival: Instant(nanoseconds: 0) + .milliseconds(Int64(pictures) * 100), bytes: bytes)
        unit.isKeyframe = pictures % 10 == 0
        return unit
    }
}

extension Recordings {
    /// Counts a recording among those that are written here.
    fileprivate func watch(_ recording: RunningRecording) { ending.append(recording) }

    /// Keeps of it what is kept of one that has been stopped.
    fileprivate func unwatch(_ recording: RunningRecording) {
        ending.removeAll { $0 === recording }
        former.keep(recording)
    }
}
