import Codecs
import RTP
import Timing
import WebRTC
import Wire

extension Worker {
    /// Opens a producer for a section the peer sends, and lets waiting consumers follow it.
    mutating func addProducer(_ section: NegotiatedSection, over transport: TransportHandle) {
        let room = transports[transport].room
        let track = newTrack(section, over: transport)
        let handle = rooms[room].router.producers.insert(
            Producer(
                track: track, origin: .transport(transport), extensions: section.extensionMap))
        pipes.produced[track.number] = Pipes.Place(room: room, producer: handle)
        transports[transport].producers.append(handle)
        if let ssrc = section.remoteSSRCs.first {
            rooms[room].router.producers[handle].ssrc = ssrc
            transports[transport].addRoute(
                .init(ssrc: ssrc, producer: handle, isRetransmission: false))
        }
        if let ssrc = section.remoteRetransmissionSSRC {
            transports[transport].addRoute(
                .init(ssrc: ssrc, producer: handle, isRetransmission: true))
        }
        emit(
            .producerAdded(
                room: rooms[room].name, peer: track.peer, producer: track.id,
                codec: section.codec.codec))
    }

    private mutating func newTrack(
        _ section: NegotiatedSection, over transport: TransportHandle
    ) -> ProducedTrack {
        let (room, peer) = (transports[transport].room, transports[transport].peer)
        let index = rooms[room].indexOfPeer(peer)
        return ProducedTrack(
            number: pipes.nextNumber(), order: index.map { rooms[room].peers[$0].order } ?? 0,
            peer: peer,
            // Every viewer reads it: the session's own identifier would let them act on the session.
            names: (
                id: random.identifier(),
                streamID: "stream-" + String(transports[transport].reporterSSRC, radix: 16)
            ),
            mid: section.mid, codec: section.codec)
    }

    /// Consumers of the same peer's former tracks go on with the new ones, on the same time line:
    /// with the section of the same MID if there is one, else one former track with each new one.
    mutating func adoptOrphans(among producers: [ProducerHandle], in room: RoomHandle) {
        for keepsMID in [true, false] {
            for producer in producers {
                let orphans = rooms[room].router.adopt(producer, keepingMID: keepsMID)
                tellWant(of: producer, in: room)
                for consumer in orphans {
                    requestKeyframe(for: consumer, in: room, at: schedule.now)
                }
            }
        }
    }

    /// Ends a track; its consumers wait for the same peer to come back.
    mutating func close(_ producer: ProducerHandle, in room: RoomHandle) {
        guard let closed = rooms[room].router.close(producer, slab: &slab) else { return }
        pipes.produced[closed.track.number] = nil
        tellClosed(closed.track, in: room)
        emit(
            .producerClosed(
                room: rooms[room].name, peer: closed.track.peer, producer: closed.track.id))
    }

    /// The producers a watching peer can be given: of one peer, or the first of each kind.
    func consumable(in room: RoomHandle, from source: String?) -> [ProducerHandle] {
        let sent = rooms[room].router.producers.handles.map { handle in
            (handle: handle, track: rooms[room].router.producers[handle].track)
        }.sorted { ($0.track.order, $0.track.number) < ($1.track.order, $1.track.number) }
        guard let peer = source ?? sent.first?.track.peer else { return [] }
        return sent.filter { $0.track.peer == peer }.map(\.handle)
    }

    /// A producer as a track to offer to one more peer, under SSRCs of its own.
    mutating func outgoingTrack(
        for producer: ProducerHandle, in room: RoomHandle, under ssrcs: inout SessionSSRCs
    ) -> OutgoingTrack {
        let track = rooms[room].router.producers[producer].track
        return OutgoingTrack(
            codec: track.codec, ssrc: ssrcs.next(using: &random),
            retransmissionSSRC: ssrcs.next(using: &random), streamID: track.streamID,
            trackID: track.id)
    }

    /// Opens a consumer for a section the peer receives.
    mutating func addConsumer(
        _ section: NegotiatedSection, of producer: ProducerHandle, as track: OutgoingTrack,
        over transport: TransportHandle, keepsTimes: Bool = false
    ) {
        let room = transports[transport].room
        let source = Consumer.Source(
            peer: rooms[room].router.producers[producer].track.peer,
            mid: rooms[room].router.producers[producer].track.mid)
        var consumer = Consumer(
            transport: transport, ssrc: track.ssrc, payloadType: section.codec.payloadType,
            flow: section.kind == .video ? .awaitingKeyframe : .flowing,
            rewriter: StreamRewriter(
                sequence: UInt16(truncatingIfNeeded: random.next()),
                timestamp: UInt32(truncatingIfNeeded: random.next())),
            extensions: section.extensionMap, id: random.identifier(), kind: section.kind,
            codec: track.codec.codec, source: source, producer: producer,
            retransmission: section.codec.retransmissionPayloadType.map {
                .init(ssrc: track.retransmissionSSRC, payloadType: $0)
            })
        consumer.keepsTimes = keepsTimes
        let handle = rooms[room].router.add(consumer)
        transports[transport].consumers.append((track.ssrc, handle))
        tellWant(of: producer, in: room)
    }

    /// Keeps slots free for what comes next: without any, no ring could turn over, and all media
    /// would stand still for good. O(producers), and only when slots are short.
    mutating func keepSlotsFree() {
        guard slab.freeCount < min(Self.leastFreeSlots, slab.capacity / 4) else { return }
        for room in rooms.handles { rooms[room].router.shed(&slab) }
    }

    private static var leastFreeSlots: Int { 1024 }  // four turns of the loop
}
