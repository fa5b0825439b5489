import Timing
import Wire

/// Carries what an engine has to send to its socket, and waits for room where there is none.
///
/// While the send buffer is full nothing more is taken out of the engine, whose queues have their
/// own bounds; a buffer that stays full for `patience` costs what is staged, and all that
/// finds no room from then on: live media that comes late is of no use.
struct Outlet: ~Copyable {
    private var arena = SendArena()
    private var fullSince: Instant?
    /// Whether something waits for room.
    private(set) var isWaiting = false
    private var isDrained = true  // the engine has said that nothing more of it lies in the arena

    /// When what waits for room is given up; `nil` while nothing waits.
    var deadline: Instant? { isWaiting ? fullSince.map { $0 + Self.patience } : nil }

    /// Sends all the engine has, until an empty arena stays empty or the buffer is full.
    mutating func transmit<E: Engine & ~Copyable>(
        from engine: inout E, over socket: inout UDPSocket, at now: Instant
    ) {
        guard drain(&socket, at: now) else { return }
        repeat {
            // An engine may have written more into the arena than it has handed out.
            if isDrained { arena.removeAll() }
            isDrained = false
            while !isDrained, socket.hasPlaces {
                if let run = engine.nextTransmit(into: &arena) {
                    socket.enqueue(run, from: arena)
                } else {
                    isDrained = true
                }
            }
            guard drain(&socket, at: now) else { return }
        } while !isDrained || !arena.isEmpty
    }

    /// Sends what is staged; `false` when it has to wait.
    private mutating func drain(_ socket: inout UDPSocket, at now: Instant) -> Bool {
        isWaiting = !socket.flush()
        guard isWaiting else {
            fullSince = nil
            return true
        }
        if fullSince == nil { fullSince = now }
        guard let deadline, deadline <= now else { return false }
        socket.discard()
        isWaiting = false
        return true
    }

    /// A frame and a half: a device that has not caught up by then will not.
    private static let patience = Interval.milliseconds(50)
}

/// The earlier of two optional deadlines.
func earlier(_ left: Instant?, _ right: Instant?) -> Instant? {
    guard let left else { return right }
    return right.map { min($0, left) } ?? left
}
