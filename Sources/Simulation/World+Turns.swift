public import Timing
import Wire

// How time passes: from event to event, and at each everybody has a turn.

extension World where Server: ~Copyable {
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
    mutating func settle() {
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
        addresses.contains(destination)
            ? links.arrivals(of: byteCount, from: source, at: now)
            : links.arrivals(of: byteCount, to: destination, at: now)
    }
}
