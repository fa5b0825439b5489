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
    public private(set) var now = Instant(nanoseconds: 0)
    /// A hash of every datagram sent so far, with time, sender and receiver.
    public private(set) var trace = TraceHash()
    /// What the server has told its owner, in order.
    public private(set) var events: [Server.Event] = []

    /// How the pipes between several servers behave.
    public var pipes: PipeConditions {
        get { frames.conditions }
        set { frames.conditions = newValue }
    }

    /// Runs that the servers' sockets take each millisecond; `nil` for as many as there are. What finds
    /// no room waits in its engine, as behind a full send buffer.
    public var runsPerMillisecond: Int?

    private var roomAt: Instant?  // when the sockets have room again
    private var servers = Slab<Server>()
    private var loops: [Slab<Server>.Handle] = []
    private var addresses: [Endpoint] = []  // of each loop's server
    private var frames = PipeFlight()
    private let slot: UnsafeMutableRawBufferPointer
    private var flight = Flight()
    private var upLinks: [Endpoint: SeededLink] = [:]
    private var downLinks: [Endpoint: SeededLink] = [:]
    private var arena: SendArena

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
        let endpoint = client.address
        upLinks[endpoint] = SeededLink(conditions, seed: seed)
        downLinks[endpoint] = SeededLink(conditions, seed: seed ^ 0xFFFF)
        let handle = clients.insert(client)
        settle()
        return handle
    }

    /// Takes a client out without a goodbye: a browser that is killed.
    public mutating func kill(_ handle: ClientHandle) { _ = clients.remove(handle) }

    /// Gives a client another address, as a change of network does; its links stay as they are.
    public mutating func move(_ handle: ClientHandle, to endpoint: Endpoint) {
        let former = clients[handle].address
        upLinks[endpoint] = upLinks.removeValue(forKey: former)
        downLinks[endpoint] = downLinks.removeValue(forKey: former)
        clients[handle].move(to: endpoint)
        settle()
    }

    /// What a client's link from the server has lost, and what its queue had no room for.
    public func losses(towards handle: ClientHandle) -> (lost: Int, overflowed: Int) {
        let link = downLinks[clients[handle].address]
        return (link?.lostCount ?? 0, link?.overflowCount ?? 0)
    }

    /// Changes the conditions of a client's links, both ways.
    public mutating func set(_ conditions: SeededLink.Conditions, for handle: ClientHandle) {
        let endpoint = clients[handle].address
        upLinks[endpoint]?.conditions = conditions
        downLinks[endpoint]?.conditions = conditions
    }

    /// Sends one datagram to the server from anywhere, as a stranger would.
    public mutating func inject(_ bytes: [UInt8], from source: Endpoint) {
        trace.add(bytes, from: source, to: addresses[0], at: now)
        flight.add(bytes, from: source, to: addresses[0], at: now + .microseconds(1))
    }

    /// Lets `interval` pass.
    public mutating func run(for interval: Interval) {
        let end = now + interval
        settle()
        while let next = nextInstant, next <= end {
            now = next
            deliver()
            settle()
        }
        now = end
        settle()
    }

    private var nextInstant: Instant? {
        var next = flight.next
        if let arrival = frames.next { next = min(next ?? arrival, arrival) }
        if let roomAt { next = min(next ?? roomAt, roomAt) }
        for loop in loops {
            if let deadline = servers[loop].nextDeadline { next = min(next ?? deadline, deadline) }
        }
        for handle in clients.handles {
            if let deadline = clients[handle].nextDeadline {
                next = min(next ?? deadline, deadline)
            }
        }
        return next.map { max($0, now) }
    }

    private mutating func deliver() {
        for frame in frames.take(at: now) {
            servers[loops[frame.target]].receiveFrame(
                frame.bytes.span.bytes, from: frame.source, at: now)
        }
        let due = flight.take(at: now)
        for datagram in due {
            if let loop = addresses.firstIndex(of: datagram.destination) {
                servers[loops[loop]].receive(
                    datagram.bytes.span.bytes, from: datagram.source, at: now)
            } else if let handle = client(at: datagram.destination) {
                clients[handle].receive(datagram.bytes.span.bytes, from: datagram.source, at: now)
            }
        }
    }

    private func client(at endpoint: Endpoint) -> ClientHandle? {
        clients.handles.first { clients[$0].address == endpoint }
    }

    /// Lets everybody do what is due and say what they have to say.
    private mutating func settle() {
        for loop in loops.indices { settle(loop) }
        for handle in clients.handles {
            clients[handle].advance(to: now)
            let source = clients[handle].address
            repeat {
                arena.removeAll()
                while let run = clients[handle].nextTransmit(into: &arena) {
                    send(run, from: source)
                }
            } while !arena.isEmpty
        }
    }

    private mutating func settle(_ index: Int) {
        let loop = loops[index]
        servers[loop].advance(to: now)
        while let event = servers[loop].nextEvent() { events.append(event) }
        for other in loops.indices where other != index { carryFrames(from: index, to: other) }
        transmit(loop, from: addresses[index])
        while let event = servers[loop].nextEvent() { events.append(event) }
        if let deadline = servers[loop].nextDeadline {
            precondition(deadline > now, "a deadline already met: a loop would spin")
        }
        servers[loop].checkInvariants()
    }

    private mutating func transmit(_ loop: Slab<Server>.Handle, from source: Endpoint) {
        if let roomAt, roomAt > now { return }
        var room = runsPerMillisecond ?? .max
        repeat {
            arena.removeAll()
            while room > 0, let run = servers[loop].nextTransmit(into: &arena) {
                send(run, from: source)
                room -= 1
            }
        } while !arena.isEmpty && room > 0
        roomAt = room > 0 ? nil : now + .milliseconds(1)
    }

    private mutating func carryFrames(from source: Int, to target: Int) {
        while servers[loops[source]].hasFrames(for: target) {
            guard !frames.isFull(from: source, to: target) else {
                return servers[loops[source]].refuseFrames(to: target)
            }
            guard let count = servers[loops[source]].nextFrame(to: target, into: slot) else {
                return
            }
            frames.add(Array(slot[..<count]), from: source, to: target, at: now)
        }
    }

    /// Cuts a run into its datagrams and gives each to its link.
    private mutating func send(_ run: Transmit, from source: Endpoint) {
        precondition(
            run.offset + run.byteCount <= arena.count && run.byteCount > 0
                && run.segmentLength > 0, "a run beyond what was committed, or an empty one")
        var offset = run.offset
        let end = run.offset + run.byteCount
        while offset < end {
            let count = min(run.segmentLength, end - offset)
            let bytes = Array(UnsafeRawBufferPointer(start: arena.base + offset, count: count))
            offset += count
            trace.add(bytes, from: source, to: run.destination, at: now)
            for arrival in arrivals(of: count, from: source, to: run.destination) {
                flight.add(bytes, from: source, to: run.destination, at: arrival)
            }
        }
    }

    private mutating func arrivals(
        of byteCount: Int, from source: Endpoint, to destination: Endpoint
    ) -> [Instant] {
        if addresses.contains(destination) {
            return upLinks[source]?.arrivals(of: byteCount, at: now) ?? []
        }
        return downLinks[destination]?.arrivals(of: byteCount, at: now) ?? []
    }
}
