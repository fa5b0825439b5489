import Timing

/// A worker's ends of the pipes to other loops, and what the numbers in their frames stand for.
struct Pipes {
    /// A number, and whose it is.
    struct Key: Hashable {
        let loop: Int
        let number: UInt32
    }

    /// Where a producer lives.
    struct Place: Hashable {
        let room: RoomHandle
        let producer: ProducerHandle
    }

    private var outlets: [PipeOutlet] = []  // by loop
    private var lastNumber: UInt32 = 0
    var opened: [UInt32: RoomHandle] = [:]  // branches of our rooms, by our numbers
    var produced: [UInt32: Place] = [:]  // producers of our sessions, by our numbers
    var branches: [Key: RoomHandle] = [:]  // rooms here that are branches of others'
    var tracks: [Key: Place] = [:]  // producers here that a pipe feeds
    var observers: [String: Set<Int>] = [:]  // loops that look on at rooms, by their names
    var isRefused = false  // a full pipe has left messages behind

    /// A number that none of ours has had.
    mutating func nextNumber() -> UInt32 {
        lastNumber &+= 1
        return lastNumber
    }

    /// Entries that one loop may still be left.
    func room(to loop: Int) -> Int {
        outlets.indices.contains(loop) ? PipeOutlet.limit - outlets[loop].count : PipeOutlet.limit
    }

    func hasEntries(for loop: Int) -> Bool {
        outlets.indices.contains(loop) && !outlets[loop].isEmpty
    }

    mutating func append(_ entry: PipeOutlet.Entry, to loop: Int) -> Bool {
        while outlets.count <= loop { outlets.append(PipeOutlet()) }
        return outlets[loop].append(entry)
    }

    mutating func popFirst(to loop: Int) -> PipeOutlet.Entry? {
        outlets.indices.contains(loop) ? outlets[loop].popFirst() : nil
    }

    mutating func dropPackets(to loop: Int, at now: Instant) -> Int {
        guard outlets.indices.contains(loop) else { return 0 }
        let count = outlets[loop].dropPackets(at: now)
        if !outlets[loop].isEmpty { isRefused = true }
        return count
    }

    func takesMessages(to loop: Int) -> Bool {
        !outlets.indices.contains(loop) || outlets[loop].takesMessages
    }

    /// Nothing is left for a loop from now on.
    mutating func close(_ loop: Int) {
        while outlets.count <= loop { outlets.append(PipeOutlet()) }
        outlets[loop].close()
    }

    mutating func tear(_ place: Place, to loop: Int, at now: Instant) {
        outlets[loop].tear(place, at: now)
    }

    func isTorn(_ place: Place, to loop: Int) -> Bool {
        outlets.indices.contains(loop) && outlets[loop].isTorn(place)
    }

    /// When the next pipe that lost packets may be in time again.
    var nextMend: Instant? {
        var earliest = Earliest(nil)
        for index in outlets.indices { earliest.take(outlets[index].nextMend) }
        return earliest.instant
    }

    mutating func nextTorn(at now: Instant) -> Place? {
        for index in outlets.indices {
            if let place = outlets[index].nextTorn(at: now) { return place }
        }
        return nil
    }
}
