import Codecs
import RTP
import Testing
import Timing
import WebRTC

/// A clip of Opus and H.264 as a live source: what is due goes out, round after round.
struct ClipFeed {
    /// How many frames went out, by track of the offer: sound, then picture.
    private(set) var counts = [0, 0]
    /// All payloads that went out, likewise.
    private(set) var payloads: [[[UInt8]]] = [[], []]

    private let samples: [(time: Interval, track: Int, bytes: [UInt8])]
    private let duration = Interval.seconds(3)
    private var packetizer: H264Packetizer
    private var batch = PacketBatch()
    private var start: Instant?
    private var position = 0

    /// A source that begins with the first call of `send`.
    init(_ clip: RecordedClip) {
        samples = clip.samples.map { sample, payload in
            (sample.presentationTime, 1 - sample.track, payload)
        }
        packetizer = H264Packetizer(payloadType: 96, ssrc: 0, sequenceNumber: 0)
        guard case .h264(let sets, _) = clip.formats[0] else { return }
        for set in sets { packetizer.parameterSets.learn(set.span.bytes) }
    }

    /// Sends what is due at `now`.
    mutating func send(over session: inout PublishingSession, at now: Instant) {
        let start = self.start ?? now
        self.start = start
        while true {
            let (round, index) = position.quotientAndRemainder(dividingBy: samples.count)
            let sample = samples[index]
            let time = sample.time + duration * Int64(round)
            guard start + time <= now else { return }
            position += 1
            counts[sample.track] += 1
            if sample.track == 1 {
                sendPicture(sample.bytes, time, over: &session, at: now)
            } else {
                payloads[0].append(sample.bytes)
                session.send(
                    sample.bytes, track: 0, timestamp: Self.ticks(time, 48_000), marker: false,
                    at: now)
            }
        }
    }

    private mutating func sendPicture(
        _ accessUnit: [UInt8], _ time: Interval, over session: inout PublishingSession,
        at now: Instant
    ) {
        let timestamp = Self.ticks(time, 90_000)
        batch.removeAll()
        packetizer.packetize(accessUnit.span.bytes, timestamp: timestamp, into: &batch)
        for index in 0..<batch.count {
            let payload = batch.payload(at: index).withUnsafeBytes { Array($0) }
            payloads[1].append(payload)
            session.send(
                payload, track: 1, timestamp: timestamp, marker: index == batch.count - 1, at: now)
        }
    }

    private static func ticks(_ time: Interval, _ rate: Int64) -> UInt32 {
        UInt32(truncatingIfNeeded: time.nanoseconds / 1000 * rate / 1_000_000)
    }
}
