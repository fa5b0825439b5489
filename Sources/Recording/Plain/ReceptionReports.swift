import RTP
import Timing
import Wire

/// What senders that were never asked for anything are told: every five seconds, how their packets
/// arrive. Only an address that a sender report has come from hears it.
struct ReceptionReports {
    /// When the next ones are due.
    private(set) var nextDeadline: Instant?
    private var outbox: [(bytes: [UInt8], destination: Endpoint)] = []
    private let ssrc: UInt32
    private let cname: String

    /// - Parameters:
    ///   - ssrc: Whose reports they are.
    ///   - cname: The same by name.
    ///   - now: When packets are first waited for.
    init(ssrc: UInt32, cname: String, at now: Instant) {
        (self.ssrc, self.cname) = (ssrc, cname)
        nextDeadline = now + Self.interval
    }

    /// Writes what is due of these tracks, each of whose reports covers what came since the last.
    mutating func advance(to now: Instant, _ tracks: inout [PlainTrack]) {
        guard let due = nextDeadline, due <= now else { return }
        nextDeadline = now + Self.interval
        for index in tracks.indices {
            guard let sender = tracks[index].sender,
                let block = tracks[index].reportBlock(at: now)
            else { continue }
            var writer = ByteWriter(capacity: 96)
            ReceiverReport(ssrc: ssrc, reports: [block]).write(to: &writer)
            SourceDescription(chunks: [.init(ssrc: ssrc, cname: cname)]).write(to: &writer)
            outbox.append((writer.bytes, sender))
        }
    }

    /// The next one, where the arena has room for it.
    mutating func nextTransmit(into arena: inout SendArena) -> Transmit? {
        guard let first = outbox.first,
            let transmit = arena.append(first.bytes, to: first.destination)
        else { return nil }
        outbox.removeFirst()
        return transmit
    }

    private static let interval = Interval.seconds(5)
}

/// Sender reports that came before the first packet of whom they are of.
struct EarlyReports {
    private var waiting: [(report: SenderReport, sender: Endpoint)] = []

    /// Keeps one; of too many the oldest goes.
    mutating func keep(_ report: SenderReport, from sender: Endpoint) {
        if waiting.count == Self.limit { waiting.removeFirst() }
        waiting.append((report, sender))
    }

    /// Hands out those of one source.
    mutating func take(of ssrc: UInt32) -> [(report: SenderReport, sender: Endpoint)] {
        guard !waiting.isEmpty else { return [] }
        defer { waiting.removeAll { $0.report.ssrc == ssrc } }
        return waiting.filter { $0.report.ssrc == ssrc }
    }

    private static let limit = 4
}
