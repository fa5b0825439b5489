import Wire

// Producers and consumers as they come, go and find one another again.

extension Router {
    /// Takes a consumer in and links it to its producer.
    mutating func add(_ consumer: Consumer) -> ConsumerHandle {
        let producer = consumer.producer
        let handle = consumers.insert(consumer)
        producers[producer].consumers.append(handle)
        return handle
    }

    /// Takes a consumer out.
    mutating func remove(_ consumer: ConsumerHandle) {
        guard let removed = consumers.remove(consumer) else { return }
        guard producers.contains(removed.producer),
            let position = producers[removed.producer].consumers.firstIndex(of: consumer)
        else { return }
        producers[removed.producer].consumers.remove(at: position)
        consumerLeaves(removed.producer, at: position)
    }

    /// Forgets what has come of a producer; the next stream begins anew.
    mutating func closeStream(of producer: ProducerHandle, slab: inout PacketSlab) {
        producers[producer].stream?.releaseAll(&slab)
        producers[producer].stream = nil
        producers[producer].lastReport = nil
    }

    /// Takes a producer out and gives its slots back; its consumers stay, without a source.
    mutating func close(_ producer: ProducerHandle, slab: inout PacketSlab) -> Producer? {
        guard var closed = producers.remove(producer) else { return nil }
        closed.stream?.releaseAll(&slab)
        return closed
    }

    /// Has every stream let go of the older half of its packets.
    mutating func shed(_ slab: inout PacketSlab) {
        for handle in producers.handles { producers[handle].stream?.shed(&slab) }
    }

    /// Links consumers whose producer is gone to a new one of the same peer and codec: those of
    /// the same MID, or else those of one former track, if the new one has no consumer yet.
    mutating func adopt(_ producer: ProducerHandle, keepingMID: Bool) -> [ConsumerHandle] {
        if !keepingMID, !producers[producer].consumers.isEmpty { return [] }
        let (peer, codec) = (
            producers[producer].track.peer, producers[producer].track.codec.codec
        )
        var orphans = consumers.handles.filter { handle in
            !producers.contains(consumers[handle].producer)
                && consumers[handle].source.peer == peer && consumers[handle].codec == codec
        }
        let mid =
            keepingMID
            ? producers[producer].track.mid : orphans.first.map { consumers[$0].source.mid }
        orphans.removeAll { consumers[$0].source.mid != mid }
        for handle in orphans {
            consumers[handle].source.mid = producers[producer].track.mid
            consumers[handle].follow(producer)
        }
        producers[producer].consumers += orphans
        return orphans
    }
}
