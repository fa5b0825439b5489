/// The rooms of a worker with packets to send, each in its turn.
///
/// A room sends until it has nothing left or has had its share; then the next one does, and it comes again
/// behind all that wait: one that never comes to an end holds up nobody for long. O(1) for each step.
struct ActiveRooms {
    private var rooms: [RoomHandle] = []
    private var position = 0  // of the room whose turn it is
    private var runsLeft = Self.share

    /// Whose turn it is.
    var current: RoomHandle? { position < rooms.count ? rooms[position] : nil }

    /// Puts a room behind all that wait; one that is there already must not be.
    mutating func append(_ room: RoomHandle) { rooms.append(room) }

    /// Counts a run of the room whose turn it is; `true` when that was the last of its share.
    @inline(__always)  // once for each packet that leaves alone
    mutating func hasHadItsShare() -> Bool {
        runsLeft &-= 1
        return runsLeft == 0
    }

    /// The room whose turn it was goes to the end of the line.
    mutating func passOn() {
        runsLeft = Self.share
        guard position + 1 < rooms.count else { return }
        rooms.append(rooms[position])
        advance()
    }

    /// The room whose turn it was has nothing left.
    mutating func removeCurrent() {
        runsLeft = Self.share
        advance()
    }

    private mutating func advance() {
        position += 1
        if position == rooms.count {
            rooms.removeAll(keepingCapacity: true)
            position = 0
        } else if position >= 64, 2 * position > rooms.count {
            // No more are moved than have gone.
            rooms.removeFirst(position)
            position = 0
        }
    }

    /// Runs of one room before another's: a fraction of a millisecond, and many times what a change costs.
    static let share = 32
}
