import Codecs
import Muxer
import RTP
import RoomFixtures
import SFU
import Timing
import WebRTC
import Wire

@testable import Recording

/// A room that a recorder joins over WHEP's media path when somebody has published in it for a while, with
/// nothing but time between them.
struct JoinedRoom: ~Copyable {
    static let wall: Int64 = 1_700_000_000_000_000_000
    private static let opus = NegotiatedCodec(codec: .opus, payloadType: 111)
    private static let vp8 = NegotiatedCodec(
        codec: .vp8, payloadType: 96, retransmissionPayloadType: 97,
        feedback: .init(nack: true, pictureLoss: true))

    private static let start = Instant(nanoseconds: 1_000_000_000)

    private(set) var now = JoinedRoom.start
    private(set) var events: [RecordingEvent] = []
    private(set) var statistics = RecordingStatistics()
    /// What files' indexes begin with.
    private(set) var headers: [IndexHeader] = []
    /// Media in whole parts.
    private(set) var recorded = Interval.zero
    /// When the key frame was captured that was the newest as the recorder asked.
    private(set) var keyframe = Instant(nanoseconds: 0)
    /// When the recorder's session stood.
    private(set) var connected = Instant(nanoseconds: 0)
    /// What is published from now on.
    var (sendsPictures, sendsSound) = (false, false)
    /// No reports come to the recorder.
    var hidesReports = false

    private var worker: Worker
    private var publisher: PublishingSession
    private var recorder: WatchRecorder?
    private let clients: RoomClients
    private var wantsKeyframe = true
    private var lastKeyframe = Instant(nanoseconds: 0)
    private var nextPicture = Instant(nanoseconds: 0)
    private var nextSound = Instant(nanoseconds: 0)
    private let line = LossyLine(seed: 3)

    /// A publisher whose session stands, and who sends nothing yet.
    ///
    /// - Parameter error: What the publisher's wall clock is wrong by.
    init(clockError error: Interval = .zero) throws {
        let clients = try RoomClients(clock: Self.clock)
        var worker = try clients.makeWorker()
        let publisher = try clients.publish(
            [Self.opus, Self.vp8], in: &worker,
            clock: ClockMap(
                instant: Instant(nanoseconds: 0), unixNanoseconds: Self.wall + error.nanoseconds),
            at: Self.start)
        self.worker = worker
        self.publisher = publisher
        self.clients = clients
        run(for: .seconds(1))
    }

    private static var clock: ClockMap {
        ClockMap(instant: Instant(nanoseconds: 0), unixNanoseconds: wall)
    }

    /// The recorder asks for a session, which stands some milliseconds later.
    mutating func record() throws {
        keyframe = lastKeyframe
        let accepted = try clients.ask(
            for: [Self.opus, Self.vp8], wantsTrueTimes: true, of: &worker, at: now)
        recorder = WatchRecorder(
            try clients.watch(accepted, at: now), sections: accepted.negotiated.sections,
            options: RecordingOptions(container: .webm), clock: Self.clock)
    }

    /// The next picture is a key frame.
    mutating func publishKeyframe() { wantsKeyframe = true }

    /// Ends the recording.
    mutating func stop() {
        recorder?.close(at: now)
        takeEvents()
    }

    /// The server ends all sessions.
    mutating func shutDown() {
        worker.closeAllSessions(at: now)
        run(for: .milliseconds(50))
    }

    /// Lets time pass in steps of a millisecond.
    mutating func run(for interval: Interval) {
        let end = now + interval
        while now < end {
            now = now + .milliseconds(1)
            publish()
            publisher.advance(to: now)
            recorder?.advance(to: now)
            worker.advance(to: now)
            exchange()
            takeEvents()
        }
    }

    /// Nanoseconds since 1970 at a moment.
    static func date(_ instant: Instant) -> Int64 { clock.unixNanoseconds(at: instant) }
}

extension JoinedRoom {
    /// 25 pictures a second, key frames only as they are wanted, and 50 frames of sound: each stamped with
    /// when it was captured, which is now.
    private mutating func publish() {
        let milliseconds = now.nanoseconds / 1_000_000
        if sendsPictures, nextPicture <= now {
            nextPicture = now + .milliseconds(40)
            let tag: [UInt8] = wantsKeyframe ? [0x10, 2, 0, 0x9D, 1, 0x2A] : [0x11, 2, 0]
            if wantsKeyframe { lastKeyframe = now }
            wantsKeyframe = false
            publisher.send(
                [0x10] + tag + [0x40, 1, 0xF0, 0] + [UInt8](repeating: 7, count: 40), track: 1,
                timestamp: UInt32(truncatingIfNeeded: milliseconds * 90), marker: true, at: now)
        }
        if sendsSound, nextSound <= now {
            nextSound = now + .milliseconds(20)
            publisher.send(
                [0x78, 1, 2, 3], track: 0,
                timestamp: UInt32(truncatingIfNeeded: milliseconds * 48), marker: false, at: now)
        }
    }

    private mutating func exchange() {
        for datagram in line.take({ publisher.nextTransmit(into: &$0) }) {
            worker.receive(datagram.bytes.span.bytes, from: RoomClients.publisher, at: now)
        }
        for datagram in line.take({ recorder?.nextTransmit(into: &$0) }) {
            worker.receive(datagram.bytes.span.bytes, from: RoomClients.watcher, at: now)
        }
        for datagram in line.take({ worker.nextTransmit(into: &$0) }) {
            let bytes = datagram.bytes.span.bytes
            if datagram.destination == RoomClients.publisher {
                publisher.receive(bytes, from: RoomClients.server, at: now)
            } else if !hidesReports || PacketKind(bytes) != .rtcp {
                recorder?.receive(bytes, from: RoomClients.server, at: now)
            }
        }
    }

    private mutating func takeEvents() {
        while let event = publisher.nextEvent() {
            if case .keyframeWanted = event { wantsKeyframe = true }
        }
        while let event = recorder?.nextEvent() { take(event) }
        while worker.nextEvent() != nil {}
    }

    private mutating func take(_ event: RecordingEvent) {
        switch event {
        case .data(let chunk, let found):
            statistics = found
            headers += chunk.header.map { [$0] } ?? []
            recorded = chunk.parts.reduce(recorded) { $0 + $1.duration }
            return
        case .finished(let found), .counted(let found): statistics = found
        case .connected(let time): connected = time
        case .began, .stalled, .leftOut, .interrupted, .note: break
        }
        events.append(event)
    }
}
