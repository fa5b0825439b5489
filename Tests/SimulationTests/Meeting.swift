import Ciphers
import SDP
import SFU
import Simulation
import Testing
import Timing
import Wire

/// A worker with simulated browsers around it; or one room on two loops, its home the first.
struct Meeting: ~Copyable {
    typealias ClientHandle = World<Worker>.ClientHandle

    static let secret: [UInt8] = Array("shared with the simulated browsers".utf8)
    static let servers = [
        Endpoint(ipv4: 0xC000_0201, port: 40_000), Endpoint(ipv4: 0xC000_0201, port: 40_001),
    ]
    static let server = servers[0]

    var world: World<Worker>
    private(set) var lastSession = ""  // of the client that joined last
    private var clientCount: UInt32 = 0
    private let seed: UInt64
    private let profile: SRTPProfile

    init(
        seed: UInt64, loops: Int = 1, arenaByteCount: Int = SendArena.defaultCapacity,
        packetSlots: Int = 8192, profile: SRTPProfile = .aeadAES128GCM,
        sealing: SealingBackend = .evp
    ) {
        (self.seed, self.profile) = (seed, profile)
        func worker(_ loop: Int) -> Worker {
            var configuration = WorkerConfiguration(
                candidates: [Self.servers[loop]],
                security: .keyed(secret: Self.secret, profile: profile),
                clock: ClockMap(instant: Instant(nanoseconds: 0), unixNanoseconds: 1_700_000_000),
                seed: [UInt8(truncatingIfNeeded: seed), UInt8(truncatingIfNeeded: seed >> 8)]
                    + [UInt8](repeating: 1, count: loop))
            configuration.packetSlots = packetSlots
            configuration.sealing = sealing
            return Worker(configuration)
        }
        world = World(server: worker(0), at: Self.server, arenaByteCount: arenaByteCount)
        for loop in 1..<max(loops, 1) { world.connect(worker(loop), at: Self.servers[loop]) }
    }

    mutating func publisher(
        _ name: String = "alice", _ conditions: SeededLink.Conditions = .init(),
        video: VideoShape = .vp8
    ) throws -> ClientHandle {
        let client = newClient(.publishes, video)
        let offer = try SessionDescription(parsing: client.offer)
        let answer = try world.server.publish(
            offer, room: "room", peer: name, at: world.now)
        return try join(client, answer, on: 0, conditions)
    }

    /// A viewer at the room's home, or on the branch, which is opened if there is none.
    mutating func viewer(
        _ name: String, on loop: Int = 0, _ conditions: SeededLink.Conditions = .init(),
        of source: String? = nil, video: VideoShape = .vp8
    ) throws -> ClientHandle {
        let client = newClient(.watches, video)
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

    private mutating func newClient(
        _ part: ClientPeer.Part, _ video: VideoShape
    ) -> ClientPeer {
        clientCount += 1
        return ClientPeer(
            part, video, at: Endpoint(ipv4: 0xC633_6400 + clientCount, port: 5000),
            secret: Self.secret, seed: seed &* 1000 + UInt64(clientCount), profile: profile)
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
        return world.add(
            client, conditions: conditions, seed: seed &* 77 + UInt64(clientCount))
    }

    func publication(_ handle: ClientHandle) -> Publication { world.clients[handle].publication }

    func reception(_ handle: ClientHandle) -> Reception { world.clients[handle].reception }

    func statistics(_ loop: Int) -> WorkerStatistics { world[loop].statistics() }
}
