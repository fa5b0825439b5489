import SFU
import Timing
import Wire

/// A sender report's pair of clocks.
struct ReportedClock: Hashable {
    var ntp: NTPTimestamp
    var timestamp: UInt32
}

/// A track of a room, as its loop has told of it.
struct PipedTrack {
    /// A number of a branch's or a producer's, and the loop that gave it.
    struct Key: Hashable {
        let loop: Int
        let number: UInt32
    }

    let key: Key
    let track: ProducedTrack
    let branch: Key
    /// Once packets come.
    var ssrc: UInt32?
    /// Its sender's newest.
    var report: ReportedClock?
    /// The recordings of it.
    var listeners: [Slab<RoomRecording>.Handle] = []
    /// Whether its loop has been told that somebody listens.
    var isWanted = false

    var isPicture: Bool { track.codec.codec.kind == .video }

    /// The first peer's first tracks come first.
    func precedes(_ other: PipedTrack) -> Bool {
        (track.order, track.number) < (other.track.order, other.track.number)
    }
}

/// What a recording of a room takes: one peer's first picture and first sound, as who watches does.
struct RoomChoice: Hashable {
    var peer: String?
    var picture: PipedTrack.Key?
    var sound: PipedTrack.Key?

    var isEmpty: Bool { picture == nil && sound == nil }
    var keys: [PipedTrack.Key] { [sound, picture].compactMap { $0 } }

    /// The choice among the tracks that there are now of those who may be recorded, in their order: the
    /// peer's who is recorded as long as he sends, else the first one's; what is recorded as long as it
    /// is there.
    func next(among tracks: [PipedTrack]) -> RoomChoice {
        let stays = tracks.contains { $0.track.peer == peer }
        let chosen = stays ? peer : tracks.first?.track.peer
        let theirs = tracks.filter { $0.track.peer == chosen }
        func choose(_ former: PipedTrack.Key?, isPicture: Bool) -> PipedTrack.Key? {
            let suited = theirs.filter { $0.isPicture == isPicture }.map(\.key)
            return former.flatMap { suited.contains($0) ? $0 : nil } ?? suited.first
        }
        return RoomChoice(
            peer: chosen, picture: choose(picture, isPicture: true),
            sound: choose(sound, isPicture: false))
    }
}
