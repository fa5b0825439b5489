/// The rooms of a worker with packets to send, each in its turn.
///
/// A room sends until it has nothing left, or until the arena is full or the loop's turn over: then the next
/// one does, and it comes again behind all that wait. So one that never comes to an end holds up another for
/// no more than an arena each round. O(1) for each step, and none for a packet.
struct ActiveRooms {
    /// Whose turn it is.
    private(set) var current: RoomHandle?
    private var waiting: [RoomHandle] = []  // first in, first out
    private var position = 0  // of the next in `waiting`

    /// Whether others wait for their turn.
    var areSeveral: Bool { position < waiting.count }

    /// Puts a room behind all that wait; it must not be there already.
    mutating func append(_ room: RoomHandle) {
        if current == nil { current = room } else { waiting.append(room) }
    }

    /// The room whose turn it was waits again, behind all others.
    mutating func passOn() {
        guard areSeveral, let former = current else { return }
        waiting.append(former)
        removeCurrent()
    }

    /// The room whose turn it was has nothing left.
    mutating func removeCurrent() {
        guard areSeveral else { return current = nil }
        current = waiting[position]
        position += 1
        if position == waiting.count {
            waiting.removeAll(keepingCapacity: true)
            position = 0
        } else if position >= 64, 2 * position > waiting.count {
            // No more are moved than have gone.
            waiting.removeFirst(position)
            position = 0
        }
    }
}
