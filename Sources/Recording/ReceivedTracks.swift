import Camera
import Codecs
import Muxer
import RTP
import SDP
import Timing
import WebRTC
import Wire

/// The tracks of one source that comes in packets: packets in, frames on one time line out.
struct ReceivedTracks {
    enum Frame {
        case picture(AccessUnit, time: Interval)
        case sound(AudioFrame, time: Interval)
        /// What is missing will not come: only a key frame helps.
        case keyframeNeeded
    }

    /// Which of a source's tracks.
    enum Kind: Int { case picture, sound }

    private var picture: PictureReceiver?
    private var sound: SoundReceiver?
    private var clock: CameraClock
    private var timestamps = [TimestampUnwrapper(), TimestampUnwrapper()]
    private var ready: [Frame] = []
    private var lostBefore = 0
    /// The first picture's timestamp, and when it came.
    private(set) var firstPicture: (timestamp: UInt32, arrival: Instant)?

    init(picture: PictureReceiver?, sound: SoundReceiver?) {
        (self.picture, self.sound) = (picture, sound)
        clock = CameraClock(rates: [90_000, sound?.audio.clockRate ?? 48_000])
    }

    var hasPicture: Bool { picture != nil }

    /// What files are told of the pictures; the rest is learned from their key frames.
    var pictureFormat: TrackFormat? { picture.map { TrackFormat($0.encoding) } }
    /// What files are told of the sound.
    var soundFormat: TrackFormat? { sound.map { TrackFormat($0.audio) } }

    var nextDeadline: Instant? {
        guard let sound = sound?.nextDeadline else { return picture?.nextDeadline }
        return picture?.nextDeadline.map { min($0, sound) } ?? sound
    }

    /// Takes a whole RTP packet, in the clear, borrowed for the call.
    mutating func receive(_ packet: RawSpan, of kind: Kind, at now: Instant) {
        switch kind {
        case .picture: picture?.receive(packet, at: now)
        case .sound: sound?.receive(packet, at: now)
        }
        collect()
    }

    mutating func advance(to now: Instant) {
        picture?.advance(to: now)
        sound?.advance(to: now)
        collect()
    }

    mutating func reportArrived(
        _ ntp: NTPTimestamp, timestamp: UInt32, of kind: Kind, at now: Instant
    ) {
        let wire = timestamps[kind.rawValue].locate(timestamp)
        clock.reportArrived(ntp, timestamp: wire, track: kind.rawValue, at: now)
    }

    /// Nanoseconds since 1970 at media time zero, by the sender's reports.
    var senderWallClock: Int64? { clock.senderWallClock }

    /// The timestamp of the moment at which all tracks begin, where it is known.
    mutating func setOrigin(_ timestamp: UInt32, of kind: Kind) {
        let wire = timestamps[kind.rawValue].locate(timestamp)
        clock.setOrigin(wire, track: kind.rawValue)
    }

    /// What has come, and what was lost.
    var statistics: SourceStatistics { SourceStatistics(picture, sound, clock) }

    mutating func next() -> Frame? { ready.isEmpty ? nil : ready.removeFirst() }

    private mutating func collect() {
        while let unit = picture?.next() {
            let timestamp = UInt32(truncatingIfNeeded: unit.timestamp)
            firstPicture = firstPicture ?? (timestamp, unit.arrival)
            let wire = timestamps[0].unwrap(timestamp)
            ready.append(
                .picture(unit, time: clock.time(of: wire, track: 0, arrival: unit.arrival)))
        }
        while let frame = sound?.next() {
            let wire = timestamps[1].unwrap(UInt32(truncatingIfNeeded: frame.timestamp))
            ready.append(
                .sound(frame, time: clock.time(of: wire, track: 1, arrival: frame.arrival)))
        }
        let lost = picture?.statistics?.lost ?? 0
        if lost > lostBefore { ready.append(.keyframeNeeded) }
        lostBefore = lost
    }

    /// Long enough for several tries to get what was lost.
    static let patience = Interval.seconds(1)
    /// As many packets as pictures of 20 Mbit/s have in that time.
    static let packetLimit = 2048
}

extension PictureEncoding {
    /// The encoding of a codec that WebRTC has; `nil` for sound.
    init?(_ codec: Codec) {
        switch codec {
        case .h264: self = .h264
        case .vp8: self = .vp8
        case .vp9: self = .vp9
        case .av1: self = .av1
        case .opus: return nil
        }
    }
}

extension TrackFormat {
    /// What a description offers; `nil` where that is not known here.
    init?(_ format: PayloadFormat) {
        if let encoding = PictureEncoding(rawValue: format.encodingName.uppercased()) {
            self.init(encoding)
        } else if let audio = CameraAudio(format) {
            self.init(audio)
        } else {
            return nil
        }
    }

    init(_ encoding: PictureEncoding) {
        switch encoding {
        case .h264: self = .h264(parameterSets: [], framing: AccessUnit.framing)
        case .h265: self = .h265(parameterSets: [], framing: AccessUnit.framing)
        case .vp8: self = .vp8(nil)
        case .vp9: self = .vp9(nil)
        case .av1: self = .av1(sequenceHeader: [])
        }
    }

    init(_ audio: CameraAudio) {
        switch audio {
        case .aac(let configuration, _): self = .aac(configuration)
        case .opus(let channels): self = .opus(channelCount: channels)
        case .g711(let isALaw, let rate, let channels):
            self = .g711(isALaw: isALaw, sampleRate: rate, channelCount: channels)
        }
    }
}
