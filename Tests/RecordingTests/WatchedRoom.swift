import Codecs
import Muxer
import RTP
import RoomFixtures
import Timing
import WebRTC
import Wire

@testable import Recording
@testable import SFU

/// A room, who publishes in it, and a recorder that watches it from elsewhere, with nothing but time and
/// loss between the three.
struct WatchedRoom: ~Copyable {
    private static let vp8 = NegotiatedCodec(
        codec: .vp8, payloadType: 96, retransmissionPayloadType: 97,
        feedback: .init(nack: true, pictureLoss: true))
    private static let opus = NegotiatedCodec(codec: .opus, payloadType: 111)

    private var worker: Worker
    private var publisher: PublishingSession
    var recorder: WatchRecorder
    private(set) var now = Instant(nanoseconds: 0)
    /// To and from the recorder.
    let down = LossyLine(seed: 5)
    let up = LossyLine(seed: 7)
    private let clean = LossyLine(seed: 9)
    private var owesKeyframe = true
    /// Pictures that were sent, and whether they were key frames.
    private(set) var sent: [Bool] = []
    private(set) var sentSounds = 0
    private(set) var statistics = RecordingStatistics()
    private(set) var fileCount = 0
    private(set) var reasons: [String] = []

    init() throws {
        let start = Instant(nanoseconds: 0)
        let clock = ClockMap(instant: start, unixNanoseconds: 1_700_000_000_000_000_000)
        let clients = try RoomClients(clock: clock)
        let codecs = [Self.opus, Self.vp8]
        var worker = try clients.makeWorker()
        let publisher = try clients.publish(codecs, in: &worker, at: start)
        let accepted = try clients.ask(for: codecs, of: &worker, at: start)
        let session = try clients.watch(accepted, at: start)
        self.worker = worker
        self.publisher = publisher
        recorder = WatchRecorder(
            session, sections: accepted.negotiated.sections,
            options: RecordingOptions(container: .webm), clock: clock)
    }

    /// Publishes 25 pictures of three packets and 50 frames of sound a second, key frames when one is
    /// wished for alone.
    mutating func publish(for interval: Interval) {
        let end = now + interval
        while now < end {
            let millisecond = now.nanoseconds / 1_000_000
            if millisecond % 20 == 0 { sendSound(at: millisecond) }
            if millisecond % 40 == 0 { sendPicture(at: millisecond) }
            run(for: .milliseconds(1))
        }
    }

    private mutating func sendSound(at millisecond: Int64) {
        publisher.send(
            [0xFC, 1, 2, 3], track: 0, timestamp: UInt32(millisecond * 48), marker: false, at: now)
        sentSounds += 1
    }

    private mutating func sendPicture(at millisecond: Int64) {
        let tag: [UInt8] = owesKeyframe ? [0x10, 0x02, 0, 0x9D, 0x01, 0x2A] : [0x11, 0x02, 0]
        sent.append(owesKeyframe)
        owesKeyframe = false
        for part in 0..<3 {
            let head = part == 0 ? [0x10] + tag + [0x40, 0x01, 0xF0, 0x00] : [0x00]
            publisher.send(
                head + [UInt8](repeating: 7, count: 40), track: 1,
                timestamp: UInt32(millisecond * 90), marker: part == 2, at: now)
        }
    }

    /// Lets time pass in steps of a millisecond.
    mutating func run(for interval: Interval) {
        let end = now + interval
        while now < end {
            now = now + .milliseconds(1)
            publisher.advance(to: now)
            worker.advance(to: now)
            recorder.advance(to: now)
            exchange()
            takeEvents()
        }
    }

    mutating func close() {
        recorder.close(at: now)
        takeEvents()
    }

    private mutating func exchange() {
        for datagram in clean.take({ publisher.nextTransmit(into: &$0) }) {
            worker.receive(datagram.bytes.span.bytes, from: RoomClients.publisher, at: now)
        }
        for datagram in up.take({ recorder.nextTransmit(into: &$0) }) {
            worker.receive(datagram.bytes.span.bytes, from: RoomClients.watcher, at: now)
        }
        for datagram in clean.take({ worker.nextTransmit(into: &$0) }) {
            if datagram.destination == RoomClients.publisher {
                publisher.receive(datagram.bytes.span.bytes, from: RoomClients.server, at: now)
            } else if down.carries() {
                recorder.receive(datagram.bytes.span.bytes, from: RoomClients.server, at: now)
            }
        }
    }

    private mutating func takeEvents() {
        while let event = publisher.nextEvent() {
            if case .keyframeWanted = event { owesKeyframe = true }
        }
        while let event = recorder.nextEvent() {
            switch event {
            case .began: fileCount += 1
            case .data(_, let found), .finished(let found): statistics = found
            case .interrupted(let reason, _, _): reasons.append(reason)
            case .connected, .counted, .leftOut, .note, .stalled: continue
            }
        }
        while worker.nextEvent() != nil {}
    }
}
