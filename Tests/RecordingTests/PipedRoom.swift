import Codecs
import Muxer
import RTP
import Timing
import WebRTC
import Wire

@testable import Recording
@testable import SFU

/// A recorder of rooms, and by hand the frames that the rooms' loop would write for it.
final class PipedRoom {
    static let start = Instant(nanoseconds: 1_000_000_000_000)
    /// The wall clock then, in seconds.
    static let wall: Int64 = 1_700_000_000

    var recorder = RoomRecorder()
    var now = PipedRoom.start
    /// What has been heard of recordings: `1 began`, `1 finished` …
    private(set) var told: [String] = []
    /// What the loop was told back.
    private(set) var answers: [String] = []
    private(set) var reasons: [String] = []
    private(set) var statistics: [Int: RecordingStatistics] = [:]
    /// What files' indexes begin with, as far as their dates are certain.
    private(set) var headers: [IndexHeader] = []
    /// The media in whole parts.
    private(set) var recorded = Interval.zero

    /// Begins to record a room.
    func record(_ id: Int, room: String = "demo", of peer: String? = nil) {
        recorder.add(
            id, room: room, peer: peer, options: RecordingOptions(container: .webm),
            clock: ClockMap(instant: Self.start, unixNanoseconds: Self.wall * 1_000_000_000))
        turn()
    }

    func remove(_ id: Int) {
        recorder.remove(id, at: now)
        turn()
    }

    /// A room goes on here, under this number of its loop's.
    func open(_ number: UInt32 = 10, _ room: String = "demo", from loop: Int = 0) {
        write(.branchOpened, number, from: loop) { writer in
            writer.write(UInt64(0))
            for _ in 0..<2 {
                writer.write(UInt16(room.utf8.count))
                writer.write(room.utf8)
            }
        }
    }

    func announce(
        _ number: UInt32, _ codec: Codec, of peer: String = "alice", order: UInt32 = 0,
        in branch: UInt32 = 10, from loop: Int = 0
    ) {
        let track = ProducedTrack(
            number: number, order: order, peer: peer, names: ("id\(number)", "stream"),
            mid: "\(number)",
            codec: NegotiatedCodec(codec: codec, payloadType: codec == .opus ? 111 : 96))
        write(.producerOpened, number, from: loop) { writer in
            writer.write(branch)
            track.write(to: &writer)
        }
    }

    /// Alice's picture 1 and sound 2, in the room of branch 10.
    func openWithAlice() {
        open()
        announce(1, .vp8)
        announce(2, .opus)
        write(.announced, 10)
        turn()
    }

    func write(
        _ kind: PipeFrame.Kind, _ number: UInt32, from loop: Int = 0,
        _ body: (inout ByteWriter) -> Void = { _ in }
    ) {
        let frame = PipeFrame(kind, number).message(body)
        recorder.receiveFrame(frame.span.bytes, from: loop, at: now)
    }

    func begin(_ number: UInt32, ssrc: UInt32) {
        write(.streamBegan, number) { $0.write(ssrc) }
    }

    /// The track's clock: this media time at this second of the wall clock.
    func report(_ number: UInt32, timestamp: UInt32, at seconds: Double) {
        write(.senderReport, number) { writer in
            writer.write(NTPTimestamp(unixNanoseconds: Int64(seconds * 1e9)).value)
            writer.write(timestamp)
        }
    }

    /// Pictures of VP8, 25 a second, a key frame each fifth unless said otherwise.
    func pictures(
        _ numbers: Range<Int>, of track: UInt32 = 1, ssrc: UInt32 = 7, keyframeEvery: Int = 5,
        pace: Interval = .milliseconds(40)
    ) {
        for number in numbers {
            let packet = PlainRecorderTests.packet(
                number, ssrc: ssrc, isKeyframe: number % keyframeEvery == 0)
            write(.packet, track) { $0.write(packet) }
            advance(by: pace)
        }
    }

    /// Frames of Opus, 50 a second.
    func sounds(
        _ numbers: Range<Int>, of track: UInt32 = 2, pace: Interval = .milliseconds(20)
    ) {
        for number in numbers {
            var packet = [UInt8](repeating: 0, count: RTPHeader.byteCount)
            let header = RTPHeader(
                payloadType: 111, sequenceNumber: UInt16(truncatingIfNeeded: number),
                timestamp: UInt32(truncatingIfNeeded: number * 960), ssrc: 8)
            packet.withUnsafeMutableBytes { out in
                if let base = out.baseAddress { _ = header.write(to: base) }
            }
            write(.packet, track) { $0.write(packet + [0xFC, 1, 2, 3]) }
            advance(by: pace)
        }
    }

    func advance(by interval: Interval) {
        now = now + interval
        turn()
    }

    /// What a loop does in one turn.
    func turn() {
        recorder.advance(to: now)
        while let told = recorder.nextEvent() { take(told.recording, told.event) }
        for loop in 0..<3 {
            while recorder.hasFrames(for: loop) {
                var slot = [UInt8](repeating: 0, count: PipeFrame.byteLimit)
                let count = slot.withUnsafeMutableBytes { recorder.nextFrame(to: loop, into: $0) }
                var reader = ByteReader(slot.span.bytes.extracting(..<(count ?? 0)))
                if let frame = try? PipeFrame(parsing: &reader) {
                    answers.append("\(frame.kind) \(frame.number)")
                }
            }
        }
    }

    private func take(_ id: Int, _ event: RecordingEvent) {
        switch event {
        case .began: told.append("\(id) began")
        case .data(let chunk, let found):
            statistics[id] = found
            headers += chunk.header.map { [$0] } ?? []
            recorded = chunk.parts.reduce(recorded) { $0 + $1.duration }
        case .counted(let found): statistics[id] = found
        case .finished(let found):
            statistics[id] = found
            told.append("\(id) finished")
        case .interrupted(let reason, _, _):
            told.append("\(id) interrupted")
            reasons.append(reason)
        case .stalled(let isStalled): told.append("\(id) \(isStalled ? "stalled" : "flows")")
        case .connected, .leftOut, .note: return
        }
    }

    /// What has been heard since this was asked last.
    func news() -> [String] {
        defer { told = [] }
        return told
    }

    /// What the loop has been told since this was asked last.
    func wishes() -> [String] {
        defer { answers = [] }
        return answers
    }
}
