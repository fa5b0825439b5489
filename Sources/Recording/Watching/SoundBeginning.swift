import Timing

/// Sound at a recording's start: a server may send pictures from before first, so live sound waits until both
/// senders' clocks are known, which say how far apart they are.
struct SoundBeginning {
    /// The newest of the picture and of the sound.
    var reports: [ReportedClock?] = [nil, nil]
    /// Sound waits for nothing any more.
    private(set) var isOver = false

    private var held: [(packet: [UInt8], arrival: Instant)] = []

    /// When sound goes on, whatever is known.
    var nextDeadline: Instant? {
        held.first.map { $0.arrival + Self.patience }
    }

    /// Keeps a packet of sound.
    mutating func hold(_ packet: [UInt8], at now: Instant) { held.append((packet, now)) }

    /// Hands out what has waited, once it need not wait any longer.
    mutating func release(to tracks: inout ReceivedTracks, at now: Instant) {
        guard let oldest = held.first?.arrival, let picture = tracks.firstPicture else { return }
        if let first = reports[0], let second = reports[1] {
            tracks.begin(withPicture: picture.timestamp, first, second)
        } else if now < oldest + Self.patience, held.count < Self.limit {
            return
        }
        isOver = true
        for (packet, arrival) in held {
            tracks.receive(packet.span.bytes, of: .sound, at: arrival)
        }
        held = []
    }

    /// Our own server tells the clocks with the first packets, others within a second or so.
    static let patience = Interval.seconds(2)
    /// More packets than two seconds of any sound have.
    private static let limit = 1_000
}
