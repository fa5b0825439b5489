import Camera
import MediaFile
import RTP
import Timing

/// A clip played in real time: samples in, ahead of time; pictures and sound out at their moment.
struct ClipPlay {
    private var pictures = SampleQueue()
    private var sounds = SampleQueue()
    private let soundRate: Int64
    private var start: Instant?
    private var hasAskedForMore = false
    private var newest = Interval.zero  // how far the samples reach
    private(set) var isComplete = false  // no more will come

    init(_ format: ClipFormat) { soundRate = Int64(format.sound?.clockRate ?? 48_000) }

    /// Whether all has been played.
    var isOver: Bool { isComplete && pictures.first == nil && sounds.first == nil }

    /// Whether it plays now.
    var isPlaying: Bool { start != nil && !isOver }

    mutating func supply(_ samples: [ClipSample], isEnd: Bool) {
        for sample in samples {
            newest = max(newest, time(of: sample))
            switch sample.kind {
            case .picture: pictures.append(sample)
            case .sound: sounds.append(sample)
            }
        }
        (hasAskedForMore, isComplete) = (false, isEnd)
    }

    /// Time begins: the first picture's moment is now.
    mutating func begin(at now: Instant) { start = start ?? now }

    /// Whether its owner should supply more: asked once, until it has.
    mutating func takeDemand(at now: Instant) -> Bool {
        guard let start, !hasAskedForMore, !isComplete, newest - (now - start) < Self.ahead else {
            return false
        }
        hasAskedForMore = true
        return true
    }

    /// When the next sample is due.
    var nextDeadline: Instant? {
        guard let start else { return nil }
        return [pictures.first, sounds.first].compactMap { $0.map { start + time(of: $0) } }.min()
    }

    /// The next sample whose moment has come.
    mutating func next(at now: Instant) -> CameraSession.Event? {
        guard let start else { return nil }
        if let sample = pictures.first, start + time(of: sample) <= now {
            pictures.removeFirst()
            var unit = AccessUnit(timestamp: sample.timestamp, arrival: now, bytes: sample.bytes)
            unit.isKeyframe = sample.isKeyframe
            return .picture(unit, time: time(of: sample))
        }
        if let sample = sounds.first, start + time(of: sample) <= now {
            sounds.removeFirst()
            let frame = AudioFrame(timestamp: sample.timestamp, arrival: now, bytes: sample.bytes)
            return .sound(frame, time: time(of: sample))
        }
        return nil
    }

    private func time(of sample: ClipSample) -> Interval {
        let rate = sample.kind == .picture ? 90_000 : soundRate
        let (seconds, rest) = sample.timestamp.quotientAndRemainder(dividingBy: rate)
        return .seconds(seconds) + Interval(nanoseconds: rest * 1_000_000_000 / rate)
    }

    /// So much is read before it is due: a disk that sleeps, a file opened again for its next round.
    private static let ahead = Interval.seconds(2)
}

/// First in, first out, in memory that is moved only now and then.
private struct SampleQueue {
    private var samples: [ClipSample] = []
    private var position = 0

    var first: ClipSample? { position < samples.count ? samples[position] : nil }

    mutating func append(_ sample: ClipSample) { samples.append(sample) }

    mutating func removeFirst() {
        position += 1
        guard position * 2 > samples.count else { return }
        samples.removeFirst(position)
        position = 0
    }
}

extension CameraFormat {
    /// A clip as if a camera sent it.
    init(_ clip: ClipFormat) {
        self.init(parameterSets: clip.parameterSets)
        switch clip.sound {
        case .aac(let configuration):
            audio = .aac(configuration, clockRate: configuration.sampleRate)
        case .opus(let channels): audio = .opus(channelCount: channels)
        case .g711(let isALaw, let rate, let channels):
            audio = .g711(isALaw: isALaw, sampleRate: rate, channelCount: channels)
        case nil: break
        }
    }
}
