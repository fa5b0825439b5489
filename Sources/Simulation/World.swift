public import Timing
public import Wire

/// A virtual clock, a server and its clients, and the links between them.
///
/// It drives engines through the contract that `Reactor` uses, with nothing left to chance: time
/// jumps from event to event, and the same seeds give the same datagrams at the same nanoseconds.
public struct World<Server: Engine & ~Copyable>: ~Copyable {
    /// Names one client.
    public typealias ClientHandle = Slab<ClientPeer>.Handle

    /// The engine under test. Call its control methods between steps.
    public var server: Server
    /// The clients. Call theirs likewise.
    public var clients = Slab<ClientPeer>()
    /// The time now.
    public private(set) var now = Instant(nanoseconds: 0)
    /// A hash of every datagram sent so far, with time, sender and receiver.
    public private(set) var trace = TraceHash()
    /// What the server has told its owner, in order.
    public private(set) var events: [Server.Event] = []

    private let address: Endpoint
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
        self.server = server
        self.address = address
        arena = SendArena(capacity: arenaByteCount)
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
        trace.add(bytes, from: source, to: address, at: now)
        flight.add(bytes, from: source, to: address, at: now + .microseconds(1))
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
        if let deadline = server.nextDeadline { next = min(next ?? deadline, deadline) }
        for handle in clients.handles {
            if let deadline = clients[handle].nextDeadline {
                next = min(next ?? deadline, deadline)
            }
        }
        return next.map { max($0, now) }
    }

    private mutating func deliver() {
        let due = flight.take(at: now)
        for datagram in due {
            if datagram.destination == address {
                server.receive(datagram.bytes.span.bytes, from: datagram.source, at: now)
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
        server.advance(to: now)
        repeat {
            arena.removeAll()
            while let run = server.nextTransmit(into: &arena) { send(run, from: address) }
        } while !arena.isEmpty
        while let event = server.nextEvent() { events.append(event) }
        if let deadline = server.nextDeadline {
            precondition(deadline > now, "a deadline already met: a loop would spin")
        }
        server.checkInvariants()
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
        if destination == address {
            return upLinks[source]?.arrivals(of: byteCount, at: now) ?? []
        }
        return downLinks[destination]?.arrivals(of: byteCount, at: now) ?? []
    }
}
