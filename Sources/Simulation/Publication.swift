import RTP
import Timing
import Wire

/// A packet a simulated browser is about to send.
struct OutgoingPacket {
    var header: RTPHeader
    var index: UInt64  // roll-over counter and sequence number
    var payload: [UInt8]
}

/// What a simulated browser sends: 30 frames and 50 packets of sound a second.
///
/// Each video payload says, behind the octets of its codec, which publication and frame it is of,
/// which part of it and of how many: a viewer can tell a whole frame from a torn one.
public struct Publication: Sendable {
    /// Frames sent.
    public private(set) var frameCount = 0
    /// Video packets sent, retransmissions not counted.
    public private(set) var packetCount = 0
    /// Packets sent again.
    public private(set) var retransmissionCount = 0
    /// Key frames that were asked for.
    public private(set) var keyframeRequestCount = 0
    /// Key frames sent.
    public private(set) var keyframeCount = 0
    /// Sender reports sent.
    public private(set) var reportCount = 0

    let video: VideoShape
    let tag: UInt16  // tells publications apart
    let audioSSRC: UInt32
    let videoSSRC: UInt32
    let retransmissionSSRC: UInt32
    private var random: SplitMix
    private var packets: [OutgoingPacket] = []
    private var reports: [[UInt8]] = []
    private var cache: [UInt64: OutgoingPacket] = [:]  // by sequence index, the newest thousand
    private var start: Instant?
    private var nextFrame: Instant?
    private var nextSound: Instant?
    private var nextSenderReport: Instant?
    private var videoIndex: UInt64
    private var audioIndex: UInt64
    private var retransmissionIndex: UInt64 = 0
    private var wantsKeyframe = true
    private var soundCount = 0

    init(_ video: VideoShape, seed: UInt64) {
        self.video = video
        random = SplitMix(seed: seed)
        tag = UInt16(truncatingIfNeeded: random.next())
        audioSSRC = UInt32(truncatingIfNeeded: random.next()) | 1
        videoSSRC = UInt32(truncatingIfNeeded: random.next()) & ~1
        retransmissionSSRC = videoSSRC | 1
        // Close enough to the end that a scenario goes round.
        videoIndex = UInt64(65_000 + random.below(500))
        audioIndex = UInt64(random.below(60_000))
    }

    var next: Instant? { [nextFrame, nextSound, nextSenderReport].compactMap { $0 }.min() }

    mutating func begin(at now: Instant) {
        (start, nextFrame, nextSound, nextSenderReport) = (now, now, now, now)
    }

    mutating func keyframeWanted() {
        keyframeRequestCount += 1
        wantsKeyframe = true
    }

    mutating func advance(to now: Instant) {
        while let due = nextFrame, due <= now {
            makeFrame()
            nextFrame = due + Self.frameInterval
        }
        while let due = nextSound, due <= now {
            makeSound()
            nextSound = due + Self.soundInterval
        }
        while let due = nextSenderReport, due <= now {
            makeReports(at: due)
            nextSenderReport = due + .seconds(1)
        }
    }

    mutating func nextPacket() -> OutgoingPacket? {
        packets.isEmpty ? nil : packets.removeFirst()
    }

    mutating func nextReport() -> [UInt8]? { reports.isEmpty ? nil : reports.removeFirst() }

    mutating func resend(_ nack: GenericNack) {
        guard nack.mediaSSRC == videoSSRC else { return }
        for sequence in nack.lost {
            let distance = UInt16(truncatingIfNeeded: videoIndex) &- sequence
            guard let packet = cache[videoIndex &- UInt64(distance)] else { continue }
            retransmissionCount += 1
            let original = packet.header.sequenceNumber
            let header = RTPHeader(
                payloadType: 97, sequenceNumber: UInt16(truncatingIfNeeded: retransmissionIndex),
                timestamp: packet.header.timestamp, ssrc: retransmissionSSRC,
                marker: packet.header.marker)
            packets.append(
                OutgoingPacket(
                    header: header, index: retransmissionIndex,
                    payload: [UInt8(original >> 8), UInt8(original & 0xFF)] + packet.payload))
            retransmissionIndex += 1
        }
    }

    private mutating func makeFrame() {
        let isKeyframe = wantsKeyframe || frameCount % 90 == 0
        let count = isKeyframe ? 8 + random.below(8) : 1 + random.below(5)
        for part in 0..<count {
            var writer = ByteWriter(capacity: 1100)
            writer.write(video.prefix(isKeyframe: isKeyframe, part: part))
            writer.write(tag)
            writer.write(UInt32(frameCount))
            writer.write(UInt16(part))
            writer.write(UInt16(count))
            let filling = part == count - 1 ? 100 + random.below(900) : 1000
            writer.write([UInt8](repeating: UInt8(truncatingIfNeeded: frameCount), count: filling))
            send(writer.bytes, isLast: part == count - 1)
        }
        frameCount += 1
        if isKeyframe { keyframeCount += 1 }
        wantsKeyframe = false
    }

    mutating func probe() {
        var header = RTPHeader(
            payloadType: 97, sequenceNumber: UInt16(truncatingIfNeeded: retransmissionIndex),
            timestamp: timestamp, ssrc: retransmissionSSRC)
        header.hasPadding = true
        let padding = [UInt8](repeating: 0, count: 223) + [224]
        packets.append(
            OutgoingPacket(header: header, index: retransmissionIndex, payload: padding))
        retransmissionIndex += 1
        send(padding, isLast: false, isPadding: true)
    }

    private var timestamp: UInt32 {
        UInt32(truncatingIfNeeded: 4_294_900_000 + frameCount * 3000)
    }

    private mutating func send(_ payload: [UInt8], isLast: Bool, isPadding: Bool = false) {
        var header = RTPHeader(
            payloadType: 96, sequenceNumber: UInt16(truncatingIfNeeded: videoIndex),
            timestamp: timestamp, ssrc: videoSSRC, marker: isLast)
        header.hasPadding = isPadding
        let packet = OutgoingPacket(header: header, index: videoIndex, payload: payload)
        packets.append(packet)
        cache[videoIndex] = packet
        cache[videoIndex &- 1000] = nil
        videoIndex += 1
        packetCount += 1
    }

    private mutating func makeSound() {
        let header = RTPHeader(
            payloadType: 111, sequenceNumber: UInt16(truncatingIfNeeded: audioIndex),
            timestamp: UInt32(truncatingIfNeeded: soundCount * 960), ssrc: audioSSRC)
        let payload = [UInt8](repeating: 0xFC, count: 60 + random.below(60))
        packets.append(OutgoingPacket(header: header, index: audioIndex, payload: payload))
        audioIndex += 1
        soundCount += 1
    }

    /// Both tracks' clocks, tied to a wall clock that began with the publication.
    private mutating func makeReports(at now: Instant) {
        guard let start else { return }
        let elapsed = (now - start).nanoseconds
        let ntp = NTPTimestamp(unixNanoseconds: Self.wallStart + elapsed)
        let clocks = [
            (videoSSRC, UInt32(truncatingIfNeeded: 4_294_900_000 + elapsed * 9 / 100_000)),
            (audioSSRC, UInt32(truncatingIfNeeded: elapsed * 48 / 1_000_000)),
        ]
        for (ssrc, timestamp) in clocks {
            var writer = ByteWriter(capacity: 64)
            SenderReport(
                ssrc: ssrc, ntp: ntp, rtpTimestamp: timestamp, packetCount: 0, octetCount: 0
            ).write(to: &writer)
            reports.append(writer.bytes)
            reportCount += 1
        }
    }

    static let wallStart: Int64 = 1_700_000_000_000_000_000
    private static let frameInterval = Interval(nanoseconds: 33_333_333)
    private static let soundInterval = Interval.milliseconds(20)
}
