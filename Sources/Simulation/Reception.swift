import RTP
import Timing
import Wire

/// What a simulated browser has received, and what it asks for again.
public struct Reception: Sendable {
    /// Frames of which every packet came.
    public var completeFrameCount: Int {
        formerCompleteCount + frames.values.count { $0.count == $0.total }
    }
    /// Frames of the present publication of which a packet is missing, in their order.
    public var tornFrames: [Int] {
        frames.filter { $0.value.count != $0.value.total }.map(\.key).sorted()
    }
    /// Frames of the present publication of which any packet came.
    public var frameCount: Int { frames.count }
    /// The newest frame of the present publication of which any packet came.
    public var newestFrame: Int? { newest?.frame }
    /// Video packets, each counted once.
    public private(set) var packetCount = 0
    /// Packets that came on the retransmission stream and were still missing.
    public private(set) var recoveredCount = 0
    /// Packets that came again although they were there.
    public private(set) var duplicateCount = 0
    /// Video packets without payload.
    public private(set) var emptyCount = 0
    /// Publications seen, one after another.
    public private(set) var publicationCount = 0
    /// Frames whose timestamp is not later than the frame's before them.
    public private(set) var timestampFaultCount = 0
    /// The longest step of the media clock between two frames, in ticks.
    public private(set) var longestTimestampStep: UInt32 = 0
    /// Audio packets.
    public private(set) var audioCount = 0
    /// The number of the first frame seen; it must be a key frame.
    public private(set) var firstFrame: Int?
    /// Whether the first video packet of every publication was of a key frame.
    public private(set) var startsWithKeyframe = false
    /// Key frames it asked for.
    public private(set) var keyframeRequestCount = 0
    /// The last sender report's two clocks, by SSRC: seconds since 1970 and RTP timestamp.
    public private(set) var reports: [UInt32: (ntp: UInt64, rtp: UInt32)] = [:]
    /// Video packets whose number is not one more than the greatest before: gaps and late ones.
    public private(set) var disorderCount = 0

    private struct Frame {
        var parts: UInt64 = 0  // a bit for each part seen
        var count: Int { parts.nonzeroBitCount }
        var total: Int
    }

    private var frames: [Int: Frame] = [:]
    private var formerCompleteCount = 0
    private var tag: UInt16?
    private var formerTags: Set<UInt16> = []
    private var newest: (frame: Int, timestamp: UInt32)?
    private var unwrapper = SequenceUnwrapper()
    private var seen: Set<Int64> = []
    private var nack = NackGenerator()
    private var videoSSRC: UInt32 = 0
    private var wantsKeyframe = false
    private var nextReport: Instant?

    private let video: VideoShape

    init(_ video: VideoShape) { self.video = video }

    var next: Instant? { [nack.nextDeadline, nextReport].compactMap { $0 }.min() }

    mutating func begin(at now: Instant) { nextReport = now + .seconds(1) }

    mutating func receive(_ report: SenderReport) {
        reports[report.ssrc] = (report.ntp.value, report.rtpTimestamp)
    }

    mutating func receiveRTP(_ packet: RawSpan, at now: Instant) {
        guard let layout = try? RTPLayout(parsing: packet) else { return }
        switch layout.header.payloadType {
        case 111: audioCount += 1
        case 96: receiveVideo(layout, packet, isRecovered: false, at: now)
        case 97:
            guard let restored = layout.restored(payloadType: 96, ssrc: videoSSRC, in: packet)
            else { return }
            receiveVideo(restored, packet, isRecovered: true, at: now)
        default: return
        }
    }

    private mutating func receiveVideo(
        _ layout: RTPLayout, _ packet: RawSpan, isRecovered: Bool, at now: Instant
    ) {
        let sequence = layout.header.sequenceNumber
        if !isRecovered { videoSSRC = layout.header.ssrc }
        let newest = unwrapper.newest
        let number = unwrapper.unwrap(sequence)
        guard seen.insert(number).inserted else {
            duplicateCount += 1
            return
        }
        if let newest, number != newest + 1 { disorderCount += 1 }
        if nack.packetArrived(sequence, at: now) == .requestKeyframe { wantsKeyframe = true }
        packetCount += 1
        if isRecovered { recoveredCount += 1 }
        guard layout.payloadByteCount > 0 else {
            emptyCount += 1
            return
        }
        receivePart(layout.payload(of: packet), timestamp: layout.header.timestamp)
    }

    private mutating func receivePart(_ payload: RawSpan, timestamp: UInt32) {
        var reader = ByteReader(payload)
        guard (try? reader.skip(1)) != nil, let second = try? reader.readUInt8(),
            (try? reader.skip(1)) != nil, let tag = try? reader.readUInt16(),
            let frame = (try? reader.readUInt32()).map({ Int($0) }),
            let part = try? reader.readUInt16(), let total = try? reader.readUInt16()
        else { return }
        guard !formerTags.contains(tag) else { return }
        if tag != self.tag { startPublication(tag, with: video.isOfKeyframe(second)) }
        if firstFrame == nil { firstFrame = frame }
        follow(frame, timestamp: timestamp)
        frames[frame, default: Frame(total: Int(total))].parts |= 1 << UInt64(part)
    }

    private mutating func startPublication(_ tag: UInt16, with isKeyframe: Bool) {
        formerCompleteCount = completeFrameCount
        frames.removeAll()
        if let former = self.tag { formerTags.insert(former) }
        if !isKeyframe { wantsKeyframe = true }  // nothing it could show
        startsWithKeyframe = isKeyframe && (startsWithKeyframe || self.tag == nil)
        self.tag = tag
        publicationCount += 1
        if let newest { self.newest = (-1, newest.timestamp) }
    }

    /// Holds the media clock against the frames' order.
    private mutating func follow(_ frame: Int, timestamp: UInt32) {
        guard let newest else { return self.newest = (frame, timestamp) }
        guard frame >= newest.frame else { return }
        let step = timestamp &- newest.timestamp
        if frame == newest.frame {
            if step != 0 { timestampFaultCount += 1 }
            return
        }
        if Int32(bitPattern: step) <= 0 { timestampFaultCount += 1 }
        if Int32(bitPattern: step) > 0 { longestTimestampStep = max(longestTimestampStep, step) }
        self.newest = (frame, timestamp)
    }

    /// Requests and reports that are due.
    mutating func advance(to now: Instant) -> [[UInt8]] {
        var packets: [[UInt8]] = []
        var missing: [UInt16] = []
        if nack.advance(to: now, into: &missing) == .requestKeyframe { wantsKeyframe = true }
        if !missing.isEmpty {
            packets.append(
                Self.written { writer in
                    GenericNack(senderSSRC: 1, mediaSSRC: videoSSRC, lost: missing)
                        .write(to: &writer)
                })
        }
        if wantsKeyframe {
            keyframeRequestCount += 1
            wantsKeyframe = false
            packets.append(
                Self.written { writer in
                    PictureLossIndication(senderSSRC: 1, mediaSSRC: videoSSRC).write(to: &writer)
                })
        }
        if let due = nextReport, due <= now {
            nextReport = due + .seconds(1)
            packets.append(Self.written { ReceiverReport(ssrc: 1).write(to: &$0) })
        }
        return packets
    }

    private static func written(_ body: (inout ByteWriter) -> Void) -> [UInt8] {
        var writer = ByteWriter(capacity: 64)
        body(&writer)
        return writer.bytes
    }
}
