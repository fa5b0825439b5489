import Wire

extension Worker {
    /// Stops the process where rooms, sessions, tracks and packet slots contradict one another.
    ///
    /// O(peers + transports + consumers). For simulations, after each step.
    public func checkInvariants() {
        precondition(
            directory.isConsistent(rooms: rooms, transports: transports),
            "a name or an address leads nowhere")
        for handle in transports.handles { checkTransport(handle) }
        for room in pipes.opened.values { precondition(rooms.contains(room), "a number too long") }
        var (peers, tracks, slots) = (0, 0, 0)
        for handle in rooms.handles {
            precondition(
                directory.room(rooms[handle].name) == handle, "a room without its name")
            precondition(
                !rooms[handle].peers.isEmpty || !rooms[handle].branches.isEmpty
                    || rooms[handle].origin != .home, "a room without peers")
            checkPipes(of: handle)
            for peer in rooms[handle].peers { peers += peer.transports.count }
            tracks += rooms[handle].router.consumers.count
            if rooms[handle].origin == .home { tracks += rooms[handle].router.producers.count }
            slots += rooms[handle].router.checkTracks(transports)
        }
        precondition(peers == transports.count, "a transport without its peer")
        precondition(slots == slab.capacity - slab.freeCount, "packet slots were lost")
        let carried = transports.handles.reduce(0) {
            $0 + transports[$1].producers.count + transports[$1].consumers.count
        }
        precondition(tracks == carried, "a track without its transport")
        if let next = nextDeadline {
            precondition(next > schedule.now, "a deadline that advance did not meet")
        }
    }

    /// Whether numbers in frames lead where they should.
    private func checkPipes(of room: RoomHandle) {
        for branch in rooms[room].branches {
            precondition(pipes.opened[branch.number] == room, "a branch under no number")
        }
        if case .branch(let key) = rooms[room].origin {
            precondition(pipes.branches[key] == room, "a branch that no frame reaches")
        }
        for handle in rooms[room].router.producers.handles {
            let producer = rooms[room].router.producers[handle]
            let place: Pipes.Place? =
                switch producer.origin {
                case .transport: pipes.produced[producer.track.number]
                case .pipe(let key): pipes.tracks[key]
                }
            precondition(
                place?.room == room && place?.producer == handle,
                "a producer that no frame reaches")
        }
    }

    private func checkTransport(_ handle: TransportHandle) {
        let room = transports[handle].room
        precondition(rooms.contains(room), "a transport outlived its room")
        precondition(
            rooms[room].peers.contains {
                $0.profile.id == transports[handle].peer && $0.transports.contains(handle)
            }, "a transport outlived its peer")
        for producer in transports[handle].producers {
            precondition(
                rooms[room].router.producers.contains(producer)
                    && rooms[room].router.producers[producer].transport == handle,
                "a transport's producer is gone")
        }
        for (ssrc, consumer) in transports[handle].consumers {
            precondition(
                rooms[room].router.consumers.contains(consumer)
                    && rooms[room].router.consumers[consumer].transport == handle
                    && rooms[room].router.consumers[consumer].ssrc == ssrc,
                "a transport's consumer is gone")
        }
        for route in transports[handle].routes {
            precondition(
                transports[handle].producers.contains(route.producer), "a route leads nowhere")
        }
    }
}

extension Router {
    /// Checks the links between producers and consumers; returns the packet slots they hold.
    func checkTracks(_ transports: borrowing Slab<Transport>) -> Int {
        var (linked, slots) = (0, 0)
        for handle in producers.handles {
            precondition(
                producers[handle].transport.map { transports.contains($0) } ?? true,
                "a producer outlived its transport")
            linked += producers[handle].consumers.count
            slots += producers[handle].stream?.slotCount ?? 0
            for consumer in producers[handle].consumers {
                precondition(
                    consumers.contains(consumer) && consumers[consumer].producer == handle,
                    "a producer's consumer is gone")
            }
        }
        var orphans = 0
        for handle in consumers.handles {
            precondition(
                transports.contains(consumers[handle].transport),
                "a consumer outlived its transport")
            if !producers.contains(consumers[handle].producer) { orphans += 1 }
        }
        precondition(linked + orphans == consumers.count, "a consumer is linked to no producer")
        return slots
    }
}
