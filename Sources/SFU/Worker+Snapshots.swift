import Timing
import Wire

extension Worker {
    /// Every room that is at home here, in no particular order.
    public func summaries() -> [RoomSummary] {
        rooms.handles.filter { rooms[$0].origin == .home }.map { summary(of: $0) }
    }

    /// One room and all in it; `nil` when there is none of that name.
    public func snapshot(ofRoom name: String) -> RoomSnapshot? {
        guard let room = directory.room(name) else { return nil }
        return RoomSnapshot(
            summary: summary(of: room),
            peers: rooms[room].peers.map { snapshot(of: $0) },
            producers: rooms[room].router.producers.handles.map {
                snapshot(of: $0, in: room)
            })
    }

    /// What the worker counts. O(transports + consumers).
    public func statistics() -> WorkerStatistics {
        var statistics = WorkerStatistics()
        statistics.totals = totals
        statistics.drops = drops
        statistics.transportCount = transports.count
        statistics.heldPacketCount = slab.capacity - slab.freeCount
        for room in rooms.handles {
            let isHome = rooms[room].origin == .home
            statistics.roomCount += isHome ? 1 : 0
            statistics.branchCount += isHome ? 0 : 1
            statistics.peerCount += rooms[room].peers.count
            statistics.producerCount += isHome ? rooms[room].router.producers.count : 0
            statistics.consumerCount += rooms[room].router.consumers.count
            statistics.totals.absorb(rooms[room].router)
            statistics.drops.merge(rooms[room].router.drops)
        }
        return statistics
    }

    private func summary(of room: RoomHandle) -> RoomSummary {
        RoomSummary(
            room: rooms[room].name, title: rooms[room].title,
            peerCount: rooms[room].peers.count,
            createdMilliseconds: rooms[room].createdMilliseconds)
    }

    private func snapshot(of peer: Peer) -> PeerSnapshot {
        var snapshot = PeerSnapshot(
            profile: peer.profile, joinedMilliseconds: peer.joinedMilliseconds, producerCount: 0,
            consumerCount: 0)
        for transport in peer.transports {
            snapshot.producerCount += transports[transport].producers.count
            snapshot.consumerCount += transports[transport].consumers.count
        }
        if snapshot.producerCount > 0 { snapshot.profile.isProducer = true }
        return snapshot
    }

    private func snapshot(of producer: ProducerHandle, in room: RoomHandle) -> ProducerSnapshot {
        rooms[room].router.producers[producer].snapshot()
    }
}

extension WorkerTotals {
    /// Adds what a room's router has forwarded.
    mutating func absorb(_ router: borrowing Router) {
        forwardedPackets &+= router.forwardedPackets
        forwardedBytes &+= router.forwardedBytes
        retransmittedPackets &+= router.retransmittedPackets
    }
}
