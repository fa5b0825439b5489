import Camera
import RTP
import SFU
import Timing
import Wire

// The frames of a room's recording, and the times that its senders' clocks give them.

extension RoomRecording {
    func kind(of key: PipedTrack.Key) -> ReceivedTracks.Kind? {
        key == choice.picture ? .picture : key == choice.sound ? .sound : nil
    }

    mutating func take(
        _ report: ReportedClock, of kind: ReceivedTracks.Kind, at now: Instant
    ) {
        tracks.reportArrived(report.ntp, timestamp: report.timestamp, of: kind, at: now)
    }

    /// The newest pictures come ahead of what is live, and sound does not: where the clocks of both are
    /// known already, they begin together by these and not by their arrival.
    mutating func alignStart(to packet: RawSpan) {
        guard let header = (try? RTPLayout(parsing: packet))?.header,
            let picture = early[0], let sound = early[1]
        else { return }
        tracks.begin(withPicture: header.timestamp, picture, sound)
    }

    /// What waits for packets that are missing comes without them: those will not come any more.
    mutating func takeRest(at now: Instant) {
        tracks.advance(to: now + ReceivedTracks.patience)
        takeFrames(at: now)
        countLosses(at: now)
    }

    mutating func takeFrames(at now: Instant) {
        frames.take(from: &tracks, &wish, at: now)
        if wish.advance(to: now) { lacksKeyframe = true }
        if frames.isCountDue(at: now) { countLosses(at: now) }
    }

    private mutating func countLosses(at now: Instant) {
        var source = tracks.statistics
        source.malformedPackets += malformedFrames
        frames.count(source, at: now)
    }
}
