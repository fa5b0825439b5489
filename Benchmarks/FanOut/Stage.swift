import Ciphers
import SDP
import SFU
import Timing
import WebRTC
import Wire

/// What keeps a stage from being set.
enum StageError: Error {
    case noCredentials
    case notConnected
}

/// A worker with one producer and its consumers, all connected, and a clock of its own: the work of
/// `sfu` between `recvmmsg` and `sendmmsg`, and nothing else.
struct Stage: ~Copyable {
    private var worker: Worker
    private var now = begin
    private var arena = SendArena()
    private let sealing: SealingKey
    private var nextNumber = 0

    private let reports: [[[UInt8]]]  // of each client, of each second
    private var turnsTaken = 0

    private init(
        _ worker: consuming Worker, _ sealing: consuming SealingKey, reports: [[[UInt8]]]
    ) {
        self.worker = worker
        self.sealing = sealing
        self.reports = reports
        _ = finishTurn()
    }

    static func set(
        consumers: Int, profile: SRTPProfile = .aeadAES128GCM, sealing: SealingBackend = .evp
    ) throws -> Stage {
        var configuration = WorkerConfiguration(
            candidates: [server], security: .keyed(secret: secret, profile: profile),
            clock: ClockMap(instant: Instant(nanoseconds: 0), unixNanoseconds: 1_700_000_000),
            seed: [1])
        configuration.packetSlots = 8192
        configuration.sealing = sealing
        var worker = Worker(configuration)
        var reports: [[[UInt8]]] = []
        var producerSession = ""
        for number in 0...consumers {
            let client = Client(number: number, publishes: number == 0)
            let (offer, name) = (try client.offer(), "peer\(number)")
            let answer =
                number == 0
                ? try worker.publish(offer, room: "stage", peer: name, at: begin)
                : try worker.subscribe(offer, room: "stage", peer: name, to: nil, at: begin)
            let (session, sent) = try client.connect(
                to: answer.description, of: &worker, at: begin)
            if number == 0 { producerSession = session }
            var key = try sealingKey(of: session, profile)
            reports.append(
                client.reports(
                    seconds: longestRun, ssrc: number == 0 ? ssrc : sent, key: &key))
        }
        return Stage(worker, try sealingKey(of: producerSession, profile), reports: reports)
    }

    private static func sealingKey(
        of session: String, _ profile: SRTPProfile
    ) throws -> SealingKey {
        try SRTPKeyingMaterial(profile: profile, secret: secret, session: session)
            .sealingKey(of: .client)
    }

    /// Packets that continue those made before.
    mutating func feed(_ pattern: Pattern, seconds: Int64) -> Feed {
        let feed = Feed(
            pattern, seconds: seconds, from: nextNumber, ssrc: Self.ssrc, key: sealing)
        nextNumber += feed.turns * pattern.packetsPerTurn
        return feed
    }

    /// Hands a feed in, so that what comes after finds rings filled and memory touched.
    @inline(never)
    mutating func warm(with feed: borrowing Feed) {
        for turn in 0..<feed.turns { _ = take(turn, of: feed) }
    }

    /// Hands a feed in, turn by turn; answers the datagrams that come out of it. What happens inside
    /// this function is what `Scripts/bench-gate` counts: it knows it by name.
    @inline(never)
    mutating func measure(_ feed: borrowing Feed) -> Int {
        var datagrams = 0
        for turn in 0..<feed.turns { datagrams += take(turn, of: feed) }
        return datagrams
    }

    /// One turn's packets, and before them every timer in its time.
    private mutating func take(_ turn: Int, of feed: borrowing Feed) -> Int {
        var datagrams = 0
        let next = now + feed.pattern.turnInterval
        while let deadline = worker.nextDeadline, deadline < next {
            now = deadline
            datagrams += finishTurn()
        }
        now = next
        for position in 0..<feed.pattern.packetsPerTurn {
            let packet = feed.packet(position, ofTurn: turn)
            worker.receive(packet.bytes, from: Client.address(0), at: now)
        }
        receiveReports(feed.pattern)
        return datagrams + finishTurn()
    }

    /// Each client's report of this second, one after the other over the second's turns.
    private mutating func receiveReports(_ pattern: Pattern) {
        let turns = Int(pattern.turnsPerSecond)
        let (second, turn) = turnsTaken.quotientAndRemainder(dividingBy: turns)
        turnsTaken += 1
        guard second < Self.longestRun else { return }
        for number in turn * reports.count / turns..<(turn + 1) * reports.count / turns {
            let report = reports[number][second]
            worker.receive(report.span.bytes, from: Client.address(number), at: now)
        }
    }

    /// The rest of a turn, as `Reactor`'s loop has it.
    private mutating func finishTurn() -> Int {
        var datagrams = 0
        worker.advance(to: now)
        repeat {
            arena.removeAll()
            while let run = worker.nextTransmit(into: &arena) {
                datagrams += (run.byteCount + run.segmentLength - 1) / run.segmentLength
            }
        } while !arena.isEmpty
        while worker.nextEvent() != nil {}
        return datagrams
    }

    /// Seconds: nobody sends a second check, and consent lasts no longer (RFC 7675).
    static let longestRun = 25
    static let server = Endpoint(ipv4: 0xC000_0201, port: 40_000)
    static let ssrc: UInt32 = 0x5151_0000
    private static let begin = Instant(nanoseconds: 1_000_000_000)
    private static let secret = Array("shared with the stage's clients".utf8)
}
