/// One line of time for a clip that is played round after round.
///
/// A round is as long as the pictures are, so that they follow each other evenly over the seam. Sound
/// lies on a grid of its own frames: where a round's sound begins, it is moved by half a frame at
/// most; frames that have no room before the seam are left out, a gap stays one of whole frames.
struct LoopLine {
    private let soundRate: Int64
    private var roundStart: Int64 = 0  // ticks of 90 000
    private var pictureEnd: Int64 = 0
    private var pictureStep: Int64 = 3000
    private var lastPicture: Int64?
    private var soundEnd: Int64?

    init(soundRate: Int) { self.soundRate = Int64(max(1, soundRate)) }

    /// The next sample begins the clip anew.
    mutating func beginRound() {
        roundStart = pictureEnd
        lastPicture = nil
    }

    /// Gives a sample of a round, its time counted from the round's first picture, its place.
    ///
    /// - Returns: Whether there is room for it.
    mutating func place(_ sample: inout ClipSample) -> Bool {
        switch sample.kind {
        case .picture:
            if let last = lastPicture, sample.timestamp > last {
                pictureStep = sample.timestamp - last
            }
            lastPicture = sample.timestamp
            sample.timestamp += roundStart
            let duration = sample.duration > 0 ? sample.duration : pictureStep
            pictureEnd = max(pictureEnd, sample.timestamp + duration)
            return true
        case .sound:
            return placeSound(&sample)
        }
    }

    private mutating func placeSound(_ sample: inout ClipSample) -> Bool {
        let nominal = sample.timestamp + roundStart * soundRate / 90_000
        let duration = max(1, sample.duration)
        guard let end = soundEnd else {
            guard nominal + duration / 2 >= 0 else { return false }  // an encoder's run-up
            sample.timestamp = nominal
            soundEnd = nominal + duration
            return true
        }
        let gap = nominal - end
        let frames = (gap + (gap < 0 ? -duration : duration) / 2) / duration
        guard frames >= 0 else { return false }
        sample.timestamp = end + frames * duration
        soundEnd = sample.timestamp + duration
        return true
    }
}
