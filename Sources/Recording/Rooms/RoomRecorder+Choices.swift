import SFU
import Timing

// Which recording takes which tracks, and what the loops are told of that.

extension RoomRecorder {
    subscript(_ key: PipedTrack.Key?) -> PipedTrack? { key.flatMap { tracks[$0] } }

    /// Has each recording of a room follow the tracks that there are now, and tells their loops which
    /// of them are wanted. O(recordings and tracks): for changes, never per packet.
    mutating func settle(_ room: String, at now: Instant) {
        let present = tracks.values.filter { rooms[$0.branch] == room }
            .sorted { $0.precedes($1) }
        for track in present { tracks[track.key]?.listeners = [] }
        for handle in handles.values.sorted(by: { $0.index < $1.index })
        where recordings[handle].room == room {
            let whom = recordings[handle].peer
            let theirs = whom == nil ? present : present.filter { $0.track.peer == whom }
            let choice = recordings[handle].choice.next(among: theirs)
            let (picture, sound) = (self[choice.picture], self[choice.sound])
            recordings[handle].follow(choice, picture, sound, at: now)
            if !present.isEmpty { recordings[handle].noteAbsence() }  // others may send
            for key in choice.keys { tracks[key]?.listeners.append(handle) }
            touch(handle)
        }
        // Sound first: its clock is then known when the newest pictures come.
        for track in present.sorted(by: { !$0.isPicture && $1.isPicture }) {
            tellWant(of: track.key)
        }
    }

    private mutating func tellWant(of key: PipedTrack.Key) {
        guard let track = tracks[key], track.isWanted == track.listeners.isEmpty else { return }
        tracks[key]?.isWanted = !track.isWanted
        tell(PipeFrame(track.isWanted ? .producerUnwanted : .producerWanted, key.number), to: key)
    }

    /// Takes note of what a recording wants to tell, to have, and to do.
    mutating func touch(_ handle: Handle) {
        deadlines.set(handle.index, to: recordings[handle].nextDeadline)
        if let picture = recordings[handle].takeKeyframeWish() {
            tell(PipeFrame(.keyframeWanted, picture.number), to: picture)
        }
        guard !recordings[handle].isListed else { return }
        recordings[handle].isListed = true
        listed.append(handle)
    }

    private mutating func tell(_ frame: PipeFrame, to key: PipedTrack.Key) {
        while outlets.count <= key.loop { outlets.append([]) }
        guard frame.kind != .keyframeWanted || outlets[key.loop].count < Self.wishLimit else {
            return  // a loop that does not read
        }
        outlets[key.loop].append(frame)
    }

    private static var wishLimit: Int { 1024 }
}
