import Ciphers
import SDP
import SFU
import Simulation
import Testing
import Timing
import Wire

/// One room on two loops, its home the first, with simulated browsers on both.
struct SplitMeeting: ~Copyable {
    typealias ClientHandle = World<Worker>.ClientHandle

    static let servers = [
        Endpoint(ipv4: 0xC000_0201, port: 40_000), Endpoint(ipv4: 0xC000_0201, port: 40_001),
    ]

    var world: World<Worker>
    private(set) var lastSession = ""  // of the client that joined last
    private var clientCount: UInt32 = 0
    private let seed: UInt64

    init(seed: UInt64) {
        self.seed = seed
        world = World(server: Worker(Self.configuration(0, seed)), at: Self.servers[0])
        world.connect(Worker(Self.configuration(1, seed)), at: Self.servers[1])
    }

    private static func configuration(_ loop: Int, _ seed: UInt64) -> WorkerConfiguration {
        var configuration = WorkerConfiguration(
            candidates: [servers[loop]], security: .keyed(secret: Meeting.secret),
            clock: ClockMap(instant: Instant(nanoseconds: 0), unixNanoseconds: 1_700_000_000),
            seed: [UInt8(truncatingIfNeeded: seed), UInt8(loop)])
        configuration.packetSlots = 8192
        return configuration
    }

    mutating func publisher(
        _ name: String = "alice", _ conditions: SeededLink.Conditions = .init()
    ) throws -> ClientHandle {
        let client = newClient(.publishes)
        let answer = try world[0].publish(
            SessionDescription(parsing: client.offer), room: "room", peer: name, at: world.now)
        return try join(client, answer, on: 0, conditions)
    }

    /// A watcher on the home, or on the branch, which is opened if there is none.
    mutating func viewer(
        _ name: String, on loop: Int, _ conditions: SeededLink.Conditions = .init(),
        of source: String? = nil
    ) throws -> ClientHandle {
        let client = newClient(.watches)
        let offer = try SessionDescription(parsing: client.offer)
        if loop != 0, world[loop].snapshot(ofRoom: "room") == nil { try openBranch() }
        let answer = try world[loop].subscribe(
            offer, room: "room", peer: name, to: source, at: world.now)
        return try join(client, answer, on: loop, conditions)
    }

    mutating func openBranch() throws {
        try world[0].openBranch(ofRoom: "room", on: 1, at: world.now)
        world.run(for: .microseconds(50))
    }

    private mutating func newClient(_ part: ClientPeer.Part) -> ClientPeer {
        clientCount += 1
        return ClientPeer(
            part, at: Endpoint(ipv4: 0xC633_6400 + clientCount, port: 5000),
            secret: Meeting.secret, seed: seed &* 1000 + UInt64(clientCount))
    }

    private mutating func join(
        _ client: consuming ClientPeer, _ answer: SessionAnswer, on loop: Int,
        _ conditions: SeededLink.Conditions
    ) throws -> ClientHandle {
        var client = client
        lastSession = answer.id
        let section = try #require(answer.description.media.first { !$0.isRejected })
        client.accept(
            ufrag: try #require(section["ice-ufrag"]), password: try #require(section["ice-pwd"]),
            server: Self.servers[loop], at: world.now)
        return world.add(client, conditions: conditions, seed: seed &* 77 + UInt64(clientCount))
    }

    func publication(_ handle: ClientHandle) -> Publication { world.clients[handle].publication }

    func reception(_ handle: ClientHandle) -> Reception { world.clients[handle].reception }

    func statistics(_ loop: Int) -> WorkerStatistics { world[loop].statistics() }
}
