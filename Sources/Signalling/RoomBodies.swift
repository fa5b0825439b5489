import SFU

// The JSON bodies of the rooms' and peers' calls.

struct HealthBody: Encodable {
    let status: String
    let timestamp: String
    let worker: String

    init(isReady: Bool, timestamp: String) {
        (status, worker) = isReady ? ("ok", "ready") : ("error", "ended")
        self.timestamp = timestamp
    }
}

struct RoomListBody: Encodable {
    struct Item: Encodable {
        let roomId: String
        let name: String
        let peerCount: Int
        let createdAt: Int64
    }

    let rooms: [Item]
    let totalRooms: Int
    let totalPeers: Int

    init(_ summaries: [RoomSummary]) {
        rooms = summaries.map {
            Item(
                roomId: $0.room, name: $0.title, peerCount: $0.peerCount,
                createdAt: $0.createdMilliseconds)
        }
        totalRooms = rooms.count
        totalPeers = rooms.reduce(0) { $0 + $1.peerCount }
    }
}

struct RoomBody: Encodable {
    struct Peer: Encodable {
        let peerId: String
        let userId: String
        let email: String
        let fullName: String
        let role: String
        let isProducer: Bool
        let joinedAt: Int64
        let producerCount: Int
        let consumerCount: Int
    }

    struct Producer: Encodable {
        let id: String
        let producerId: String
        let peerId: String
        let kind: String
        let codec: String
        let consumerCount: Int
    }

    let roomId: String
    let name: String
    let peerCount: Int
    let createdAt: Int64
    let peers: [Peer]
    let producers: [Producer]

    init(_ snapshot: RoomSnapshot) {
        roomId = snapshot.summary.room
        name = snapshot.summary.title
        peerCount = snapshot.summary.peerCount
        createdAt = snapshot.summary.createdMilliseconds
        peers = snapshot.peers.map {
            Peer(
                peerId: $0.profile.id, userId: $0.profile.userID, email: $0.profile.email,
                fullName: $0.profile.fullName, role: $0.profile.role,
                isProducer: $0.profile.isProducer, joinedAt: $0.joinedMilliseconds,
                producerCount: $0.producerCount, consumerCount: $0.consumerCount)
        }
        producers = snapshot.producers.map {
            Producer(
                id: $0.id, producerId: $0.id, peerId: $0.peer,
                kind: $0.codec.kind == .audio ? "audio" : "video",
                codec: $0.codec.encodingName, consumerCount: $0.consumerCount)
        }
    }
}

struct JoinBody: Decodable {
    let peerId: String
    let userId: String
    let email: String?
    let fullName: String?
    let role: String?
    let isProducer: Bool?
    let roomName: String?

    var profile: PeerProfile {
        PeerProfile(
            id: peerId, userID: userId, email: email ?? "", fullName: fullName ?? "",
            role: role ?? "", isProducer: isProducer ?? false)
    }
}

struct PeerBody: Encodable {
    let peerId: String
    let userId: String
    let email: String
    let fullName: String
    let role: String
    let isProducer: Bool

    init(_ profile: PeerProfile) {
        (peerId, userId, email) = (profile.id, profile.userID, profile.email)
        (fullName, role, isProducer) = (profile.fullName, profile.role, profile.isProducer)
    }
}

struct JoinedBody: Encodable {
    let roomId: String
    let peerId: String
    let rtpCapabilities: RTPCapabilities
    let peers: [PeerBody]
}
