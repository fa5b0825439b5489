import Camera
import Codecs
import Muxer
import RTP
import Timing
import WebRTC
import Wire

/// The tracks of a watched session: packets in, frames on one time line out.
struct WatchedTracks {
    enum Frame {
        case picture(AccessUnit, time: Interval)
        case sound(AudioFrame, time: Interval)
        /// What is missing will not come: only a key frame helps.
        case keyframeNeeded(track: Int)
    }

    private var picture: PictureReceiver?
    private var sound: TrackReceiver<AudioDepacketizer>?
    private(set) var pictureTrack: Int?
    private var soundTrack: Int?
    private var pictureType: UInt8 = 0
    private var soundType: UInt8 = 0
    private var clock: CameraClock
    private var timestamps = [TimestampUnwrapper(), TimestampUnwrapper()]
    private var ready: [Frame] = []
    private var lostBefore = 0

    init(_ sections: [NegotiatedSection]) {
        for section in sections {
            switch section.codec.codec {
            case .h264, .vp8, .vp9, .av1:
                (pictureTrack, pictureType) = (section.track, section.codec.payloadType)
                picture = PictureReceiver(
                    section.codec.codec, payloadType: pictureType, patience: Self.patience)
            case .opus:
                (soundTrack, soundType) = (section.track, section.codec.payloadType)
                sound = TrackReceiver(
                    AudioDepacketizer(), payloadType: soundType, patience: Self.patience)
            }
        }
        clock = CameraClock(rates: [90_000, 48_000])
    }

    /// The format of the pictures, if there are any.
    var pictureFormat: TrackFormat? { picture?.format }
    var hasPicture: Bool { picture != nil }
    var hasSound: Bool { soundTrack != nil }

    var nextDeadline: Instant? {
        guard let sound = sound?.nextDeadline else { return picture?.nextDeadline }
        return picture?.nextDeadline.map { min($0, sound) } ?? sound
    }

    mutating func receive(_ packet: ReceivedRTP, at now: Instant) {
        let isPicture = packet.track == pictureTrack
        var bytes = [UInt8](repeating: 0, count: RTPHeader.byteCount)
        let header = RTPHeader(
            payloadType: isPicture ? pictureType : soundType,
            sequenceNumber: UInt16(truncatingIfNeeded: packet.sequence),
            timestamp: packet.timestamp, ssrc: packet.ssrc, marker: packet.marker)
        bytes.withUnsafeMutableBytes { out in
            if let base = out.baseAddress { _ = header.write(to: base) }
        }
        bytes += packet.payload
        if isPicture {
            picture?.receive(bytes.span.bytes, at: now)
        } else if packet.track == soundTrack {
            sound?.receive(bytes.span.bytes, at: now)
        }
        collect()
    }

    mutating func advance(to now: Instant) {
        picture?.advance(to: now)
        sound?.advance(to: now)
        collect()
    }

    mutating func reportArrived(_ ntp: NTPTimestamp, timestamp: UInt32, track: Int) {
        let index = track == pictureTrack ? 0 : 1
        clock.reportArrived(ntp, timestamp: timestamps[index].unwrap(timestamp), track: index)
    }

    mutating func next() -> Frame? { ready.isEmpty ? nil : ready.removeFirst() }

    private mutating func collect() {
        while let unit = picture?.next() {
            let wire = timestamps[0].unwrap(UInt32(truncatingIfNeeded: unit.timestamp))
            ready.append(
                .picture(unit, time: clock.time(of: wire, track: 0, arrival: unit.arrival)))
        }
        while let frame = sound?.next() {
            let wire = timestamps[1].unwrap(UInt32(truncatingIfNeeded: frame.timestamp))
            ready.append(
                .sound(frame, time: clock.time(of: wire, track: 1, arrival: frame.arrival)))
        }
        let lost = picture?.lost ?? 0
        if lost > lostBefore, let pictureTrack {
            ready.append(.keyframeNeeded(track: pictureTrack))
        }
        lostBefore = lost
    }

    /// Long enough for several tries to get what was lost.
    private static let patience = Interval.seconds(1)
}
