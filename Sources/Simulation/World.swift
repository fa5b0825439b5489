public import Timing
public import Wire

/// A virtual clock, a server and its clients, and the links between them.
///
/// It drives engines through the contract that `Reactor` uses, with nothing left to chance: time
/// jumps from event to event, and the same seeds give the same datagrams at the same nanoseconds.
public struct World<Server: Engine & ~Copyable>: ~Copyable {
    /// Names one client.
    public typealias ClientHandle = Slab<ClientPeer>.Handle

    /// The engine under test, or the first of several. Call its control methods between steps.
    public var server: Server {
        _read { yield servers[loops[0]] }
        _modify { yield &servers[loops[0]] }
    }
    /// The clients. Call theirs likewise.
    public var clients = Slab<ClientPeer>()
    /// The time now.
    public internal(set) var now = Instant(nanoseconds: 0)
    /// A hash of every datagram sent so far, with time, sender and receiver.
    public internal(set) var trace = TraceHash()
    /// What the server has told its owner, in order.
    public internal(set) var events: [Server.Event] = []

    /// How the pipes between several servers behave.
    public var pipes: PipeConditions {
        get { frames.conditions }
        set { frames.conditions = newValue }
    }

    /// Runs that the servers' sockets take each millisecond; `nil` for as many as there are. What finds
    /// no room waits in its engine, as behind a full send buffer.
    public var runsPerMillisecond: Int?

    var roomAt: Instant?  // when the sockets have room again
    var servers = Slab<Server>()
    var loops: [Slab<Server>.Handle] = []
    var addresses: [Endpoint] = []  // of each loop's server
    var frames = PipeFlight()
    let slot: UnsafeMutableRawBufferPointer
    var flight = Flight()
    var links = ClientLinks()
    var arena: SendArena

    /// A world without clients.
    ///
    /// - Parameters:
    ///   - server: The engine under test.
    ///   - address: Where the server is.
    ///   - arenaByteCount: Smaller than a burst, it makes the server write in several goes.
    public init(
        server: consuming Server, at address: Endpoint,
        arenaByteCount: Int = SendArena.defaultCapacity
    ) {
        loops.append(servers.insert(server))
        addresses.append(address)
        slot = .allocate(byteCount: 2048, alignment: 64)
        arena = SendArena(capacity: arenaByteCount)
    }

    deinit { slot.deallocate() }

    /// Puts one more loop's engine beside those there are, with pipes to each.
    public mutating func connect(_ server: consuming Server, at address: Endpoint) {
        loops.append(servers.insert(server))
        addresses.append(address)
    }

    /// The engine of one loop, in the order of their coming.
    public subscript(loop: Int) -> Server {
        _read { yield servers[loops[loop]] }
        _modify { yield &servers[loops[loop]] }
    }

    /// Puts a client into the world, on links of its own.
    public mutating func add(
        _ client: consuming ClientPeer, conditions: SeededLink.Conditions, seed: UInt64
    ) -> ClientHandle {
        links.add(client.address, conditions, seed: seed)
        let handle = clients.insert(client)
        settle()
        return handle
    }

    /// Takes a client out without a goodbye: a browser that is killed.
    public mutating func kill(_ handle: ClientHandle) { _ = clients.remove(handle) }

    /// Gives a client another address, as a change of network does; its links stay as they are.
    public mutating func move(_ handle: ClientHandle, to endpoint: Endpoint) {
        links.move(clients[handle].address, to: endpoint)
        clients[handle].move(to: endpoint)
        settle()
    }

    /// What a client's link from the server has lost, and what its queue had no room for.
    public func losses(towards handle: ClientHandle) -> (lost: Int, overflowed: Int) {
        links.losses(towards: clients[handle].address)
    }

    /// Changes the conditions of a client's links, both ways.
    public mutating func set(_ conditions: SeededLink.Conditions, for handle: ClientHandle) {
        links.set(conditions, for: clients[handle].address)
    }

    /// Sends one datagram to the server from anywhere, as a stranger would.
    public mutating func inject(_ bytes: [UInt8], from source: Endpoint) {
        trace.add(bytes, from: source, to: addresses[0], at: now)
        flight.add(bytes, from: source, to: addresses[0], at: now + .microseconds(1))
    }
}
