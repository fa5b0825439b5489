import Codecs
public import MediaFile
import Pacer
import RTP
public import Timing

extension RelayEngine {
    /// Takes the next samples of a clip; `isEnd` when there are no more. Asked for by
    /// `samplesWanted`, but for the first.
    public mutating func supply(_ samples: [ClipSample], isEnd: Bool, at now: Instant) {
        for sample in samples where sample.kind == .picture {
            reordering.accessUnitArrived(timestamp: sample.timestamp, isBidirectional: false)
        }
        if let evidence = reordering.evidence { return refuse(evidence, at: now) }
        clip?.supply(samples, isEnd: isEnd)
        if format == nil, let first = samples.first(where: { $0.isKeyframe && $0.kind == .picture })
        {
            announce(
                AccessUnit(timestamp: first.timestamp, arrival: now, bytes: first.bytes))
        }
        if isEnd, format == nil {
            let reason = clipFailure?.description ?? "the clip has no key frame"
            events.append(.unsuitable(reason: reason))
            clip = nil
        }
    }

    /// Takes that the clip cannot be read any further: it ends so, when what there is has been played.
    public mutating func sourceFailed(_ error: ClipError, at now: Instant) {
        clipFailure = error
        supply([], isEnd: true, at: now)
    }

    /// A clip begins when the server takes it, and asks for more before it runs out.
    mutating func playClip(at now: Instant) {
        guard clip != nil else { return }
        if isConnected, clip?.isPlaying == false { clip?.begin(at: now) }
        if clip?.takeDemand(at: now) == true { events.append(.samplesWanted) }
        counts.isPlaying = clip?.isPlaying ?? false
    }

    /// The end of a clip is told when all of it has left, what waits in the sound's encoder too.
    mutating func finishClip(at now: Instant) {
        guard clip?.isOver == true else { return }
        if let (timestamp, time) = lastSound {
            lastSound = nil
            sound?.finish()
            sendSound(from: timestamp, time: time, at: now)
        }
        guard pacer.nextDeadline == nil else { return }
        clip = nil
        counts.isPlaying = false
        let failure = clipFailure.map { RelayEvent.unsuitable(reason: $0.description) }
        events.append(failure ?? .finished)
    }
}
