import Ciphers
import Codecs
import Muxer
import RTP
import SDP
import Timing
import WebRTC
import Wire

@testable import Recording
@testable import SFU

/// A room, who publishes in it, and a recorder that watches it from elsewhere, with nothing but time and
/// loss between the three.
struct WatchedRoom: ~Copyable {
    private static let server = Endpoint(ipv4: 0xC000_0201, port: 40_000)
    private static let camera = Endpoint(ipv4: 0xC633_6401, port: 5000)
    private static let viewer = Endpoint(ipv4: 0xC633_6402, port: 5000)
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
        var worker = Worker(
            WorkerConfiguration(
                candidates: [Self.server],
                security: .dtls(try DTLSContext(certificate: Certificate())), clock: clock,
                seed: [1]))
        let context = try DTLSContext(certificate: Certificate())
        func local(_ name: String) -> LocalDescription {
            LocalDescription(
                ice: ICECredentials(ufrag: name, password: "clientclientclientclient"),
                fingerprint: context.certificate.fingerprint.attribute, candidates: [],
                sessionID: 1)
        }
        let tracks = [Self.opus, Self.vp8].enumerated().map {
            OutgoingTrack(
                codec: $1, ssrc: UInt32($0 + 1), retransmissionSSRC: UInt32($0 + 11),
                streamID: "camera", trackID: "track\($0)")
        }
        let sending = Offer(sending: tracks, local: local("publ"))
        let published = try worker.publish(
            sending.description, room: "room", peer: "camera", at: start)
        let accepted = try sending.accept(published.description)
        let publisher = PublishingSession(
            try ClientConnection(
                accepted, local: local("publ").ice, context: context, seed: [2], at: start),
            sections: accepted.negotiated.sections,
            senders: accepted.negotiated.sections.map { section in
                RTPSender(section.senderParameters(of: tracks), sequenceNumber: 60_000)
            }, clock: clock, cname: "camera")
        let receiving = Offer(receiving: [[Self.opus], [Self.vp8]], local: local("view"))
        let watched = try worker.subscribe(
            receiving.description, room: "room", peer: "recorder", to: nil, at: start)
        let taken = try receiving.accept(watched.description)
        let recorder = WatchRecorder(
            WatchingSession(
                try ClientConnection(
                    taken, local: local("view").ice, context: context, seed: [4], at: start),
                sections: taken.negotiated.sections, cname: "recorder", ssrc: 77),
            sections: taken.negotiated.sections, options: RecordingOptions(container: .webm),
            clock: clock)
        self.worker = worker
        self.publisher = publisher
        self.recorder = recorder
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
            worker.receive(datagram.bytes.span.bytes, from: Self.camera, at: now)
        }
        for datagram in up.take({ recorder.nextTransmit(into: &$0) }) {
            worker.receive(datagram.bytes.span.bytes, from: Self.viewer, at: now)
        }
        for datagram in clean.take({ worker.nextTransmit(into: &$0) }) {
            if datagram.destination == Self.camera {
                publisher.receive(datagram.bytes.span.bytes, from: Self.server, at: now)
            } else if down.carries() {
                recorder.receive(datagram.bytes.span.bytes, from: Self.server, at: now)
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
            case .connected, .counted, .note, .stalled: continue
            }
        }
        while worker.nextEvent() != nil {}
    }
}

/// One direction of a path.
final class LossyLine {
    /// Of a hundred datagrams.
    var lossPercent: UInt64 = 0
    var isCut = false
    private var arena = SendArena()
    private var random: SeededRandom

    init(seed: UInt8) { random = SeededRandom(seed: [seed]) }

    func carries() -> Bool { !isCut && random.next() % 100 >= lossPercent }

    /// The datagrams that come through of those that somebody sends.
    func take(
        _ next: (inout SendArena) -> Transmit?
    ) -> [(bytes: [UInt8], destination: Endpoint)] {
        var datagrams: [(bytes: [UInt8], destination: Endpoint)] = []
        repeat {
            arena.removeAll()
            while let run = next(&arena) {
                var offset = run.offset
                while offset < run.offset + run.byteCount {
                    let count = min(run.segmentLength, run.offset + run.byteCount - offset)
                    let bytes = UnsafeRawBufferPointer(start: arena.base + offset, count: count)
                    offset += count
                    if carries() { datagrams.append((Array(bytes), run.destination)) }
                }
            }
        } while !arena.isEmpty
        return datagrams
    }
}
