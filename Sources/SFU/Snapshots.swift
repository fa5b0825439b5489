public import Codecs

/// A room as the list of rooms shows it.
public struct RoomSummary: Hashable, Sendable {
    /// The room's name, unique in the server.
    public var room: String
    /// What its first peer called it.
    public var title: String
    /// Peers at the moment.
    public var peerCount: Int
    /// Milliseconds since 1970.
    public var createdMilliseconds: Int64
}

/// A room with all that is in it.
public struct RoomSnapshot: Hashable, Sendable {
    /// What the list of rooms shows.
    public var summary: RoomSummary
    /// Its peers, in the order they joined.
    public var peers: [PeerSnapshot]
    /// Its tracks, in no particular order.
    public var producers: [ProducerSnapshot]
}

extension RoomSnapshot {
    /// Adds what is of this room on another loop.
    ///
    /// A peer with sessions on both is one peer; a track is its home's, with the consumers of both.
    public mutating func merge(_ branch: RoomSnapshot) {
        for peer in branch.peers {
            if let index = peers.firstIndex(where: { $0.profile.id == peer.profile.id }) {
                peers[index].producerCount += peer.producerCount
                peers[index].consumerCount += peer.consumerCount
            } else {
                peers.append(peer)
            }
        }
        for producer in branch.producers {
            guard let index = producers.firstIndex(where: { $0.id == producer.id }) else {
                continue  // its end has not been told there yet
            }
            producers[index].consumerCount += producer.consumerCount
        }
        summary.peerCount = peers.count
    }
}

/// A peer as others see it.
public struct PeerSnapshot: Hashable, Sendable {
    /// What it said of itself.
    public var profile: PeerProfile
    /// Milliseconds since 1970.
    public var joinedMilliseconds: Int64
    /// Tracks it sends.
    public var producerCount: Int
    /// Tracks it receives.
    public var consumerCount: Int
}

/// A track, and how it arrives.
public struct ProducerSnapshot: Hashable, Sendable {
    /// The producer's identifier.
    public var id: String
    /// The peer that sends it.
    public var peer: String
    /// What it is encoded with.
    public var codec: Codec
    /// RTP packets received, retransmissions among them.
    public var packetCount: UInt64
    /// Payload octets received.
    public var byteCount: UInt64
    /// Packets that never came, by the sender's numbering (RFC 3550 §6.4.1).
    public var packetsLost: Int
    /// Interarrival jitter in seconds (RFC 3550 §6.4.1).
    public var jitterSeconds: Double
    /// Consumers it is forwarded to.
    public var consumerCount: Int
}

/// Sums over a worker's life, for the metrics.
public struct WorkerTotals: Hashable, Sendable {
    /// RTP packets taken in.
    public var receivedPackets: UInt64 = 0
    /// Their octets, headers included.
    public var receivedBytes: UInt64 = 0
    /// RTP packets sent on, retransmissions not counted.
    public var forwardedPackets: UInt64 = 0
    /// Their octets, encrypted.
    public var forwardedBytes: UInt64 = 0
    /// RTP packets sent again at a consumer's request.
    public var retransmittedPackets: UInt64 = 0
    /// NACK packets that consumers sent.
    public var nacks: UInt64 = 0
    /// Packets asked for again from producers.
    public var requestedPackets: UInt64 = 0
    /// PLIs sent to producers.
    public var keyframeRequests: UInt64 = 0
    /// Packets carried to other loops, once for each.
    public var pipedPackets: UInt64 = 0
}

/// What a worker counts, at one moment.
public struct WorkerStatistics: Sendable {
    /// Sums over the worker's life.
    public var totals = WorkerTotals()
    /// Drops by reason, over the worker's life.
    public var drops = DropCounters()
    /// Rooms now.
    public var roomCount = 0
    /// Branches of other loops' rooms now.
    public var branchCount = 0
    /// Peers now.
    public var peerCount = 0
    /// Sessions now.
    public var transportCount = 0
    /// Tracks coming in now.
    public var producerCount = 0
    /// Tracks going out now.
    public var consumerCount = 0
    /// Packets held now, to be sent or to be asked for again.
    public var heldPacketCount = 0

    /// All zero.
    public init() {}

    /// Adds another worker's counts.
    public mutating func merge(_ other: WorkerStatistics) {
        totals.merge(other.totals)
        drops.merge(other.drops)
        roomCount += other.roomCount
        branchCount += other.branchCount
        peerCount += other.peerCount
        transportCount += other.transportCount
        producerCount += other.producerCount
        consumerCount += other.consumerCount
        heldPacketCount += other.heldPacketCount
    }
}

extension WorkerTotals {
    mutating func merge(_ other: WorkerTotals) {
        receivedPackets &+= other.receivedPackets
        receivedBytes &+= other.receivedBytes
        forwardedPackets &+= other.forwardedPackets
        forwardedBytes &+= other.forwardedBytes
        retransmittedPackets &+= other.retransmittedPackets
        nacks &+= other.nacks
        requestedPackets &+= other.requestedPackets
        keyframeRequests &+= other.keyframeRequests
        pipedPackets &+= other.pipedPackets
    }
}
