import Codecs
import Reactor
import Synchronization
import Timing
import WebRTC
import Wire

@testable import Recording
@testable import SFU

/// A server of rooms in this process, as far as recordings see it: what it is asked is noted, and what its
/// two loops tell is written here by hand.
final class RoomServer: Sendable {
    private struct State {
        var asked: [String] = []
        var refusals: [SessionError] = []
        var held: Held?
    }

    /// An answer that is held back.
    struct Held: Sendable {
        fileprivate let asked = AsyncStream.makeStream(of: Void.self)
        fileprivate let released = AsyncStream.makeStream(of: Void.self)

        /// Returns once it is waited for.
        func isAsked() async { for await _ in asked.stream { return } }

        func release() { released.continuation.finish() }
    }

    let endings: AsyncStream<Int>.Continuation
    private let stream: AsyncStream<Int>
    private let pipes: LoopPipes
    private let loops: [LoopHandle<FrameBox>]
    private let state = Mutex(State())

    init() throws {
        let pipes = try LoopPipes(loopCount: 3)
        self.pipes = pipes
        (stream, endings) = AsyncStream.makeStream()
        loops = try (0..<2).map { index in
            var configuration = LoopConfiguration(listen: Endpoint(ipv4: 0x7F00_0001, port: 0))
            configuration.pipes = pipes[index]
            return try startLoop(
                name: "room \(index)", configuration: configuration, makeEngine: { FrameBox() },
                onEvent: { _ in })
        }
    }

    var feed: RoomFeed {
        RoomFeed(
            place: pipes[2],
            observe: { [self] (room: String) async throws(SessionError) -> Bool in
                let (refusal, held): (SessionError?, Held?) = state.withLock { state in
                    state.asked.append("observe \(room)")
                    defer { state.held = nil }
                    return (state.refusals.popLast(), state.held)
                }
                if let refusal { throw refusal }
                held?.asked.continuation.yield()
                if let held { for await _ in held.released.stream {} }
                return true
            },
            stopObserving: { [self] (room: String) in
                state.withLock { $0.asked.append("leave \(room)") }
            },
            endings: { [stream] in stream })
    }

    /// The next room asked for is refused.
    func refuse(_ error: SessionError) { state.withLock { $0.refusals.append(error) } }

    /// The next room asked for is answered for when that is released.
    func hold() -> Held {
        let held = Held()
        state.withLock { $0.held = held }
        return held
    }

    /// What has been asked since this was read last.
    func asked() -> [String] {
        state.withLock { state in
            defer { state.asked = [] }
            return state.asked
        }
    }

    /// A loop tells of a room of its own with Alice's picture in it, and of a second of that.
    func openRoom(_ room: String, on loop: Int) {
        tell(.branchOpened, 10, on: loop) { writer in
            writer.write(UInt64(0))
            for _ in 0..<2 {
                writer.write(UInt16(room.utf8.count))
                writer.write(room.utf8)
            }
        }
        let track = ProducedTrack(
            number: 1, order: 0, peer: "alice", names: ("id", "stream"), mid: "0",
            codec: NegotiatedCodec(codec: .vp8, payloadType: 96))
        tell(.producerOpened, 1, on: loop) { writer in
            writer.write(UInt32(10))
            track.write(to: &writer)
        }
        let media = (0..<25).map { number in
            let packet = PlainRecorderTests.packet(number, ssrc: 7, isKeyframe: number % 5 == 0)
            return PipeFrame(.packet, 1).message { $0.write(packet) }
        }
        loops[loop].post { box, _ in box.media = media }
        tell(.announced, 10, on: loop)
    }

    private func tell(
        _ kind: PipeFrame.Kind, _ number: UInt32, on loop: Int,
        _ body: (inout ByteWriter) -> Void = { _ in }
    ) {
        let frame = PipeFrame(kind, number).message(body)
        loops[loop].post { box, _ in box.post(frame) }
    }

    /// A loop ends before its time, and that is told.
    func end(_ loop: Int) async {
        await loops[loop].stop()
        endings.yield(loop)
    }

    func stop() async {
        for loop in loops { await loop.stop() }
    }
}

/// Writes the frames that it is given into the pipe to the recordings' loop, and media when that is wanted.
struct FrameBox: Engine, ~Copyable {
    var media: [[UInt8]] = []
    private var waiting: [[UInt8]] = []

    var nextDeadline: Instant? { nil }

    mutating func post(_ frame: [UInt8]) { waiting.append(frame) }
    mutating func receive(_ bytes: RawSpan, from source: Endpoint, at now: Instant) {}
    mutating func advance(to now: Instant) {}
    mutating func nextTransmit(into arena: inout SendArena) -> Transmit? { nil }
    mutating func nextEvent() -> Int? { nil }

    mutating func receiveFrame(_ bytes: RawSpan, from loop: Int, at now: Instant) {
        var reader = ByteReader(bytes)
        if (try? PipeFrame(parsing: &reader))?.kind == .producerWanted { waiting += media }
    }

    func hasFrames(for loop: Int) -> Bool { loop == 2 && !waiting.isEmpty }

    mutating func nextFrame(to loop: Int, into slot: UnsafeMutableRawBufferPointer) -> Int? {
        guard hasFrames(for: loop) else { return nil }
        let frame = waiting.removeFirst()
        slot.copyBytes(from: frame)
        return frame.count
    }
}
