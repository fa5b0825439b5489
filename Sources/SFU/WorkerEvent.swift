public import Codecs
public import WebRTC

/// What happened in a worker, in the past tense and in order.
public enum WorkerEvent: Hashable, Sendable {
    /// The first peer came.
    case roomOpened(room: String)
    /// The last peer left; all the room held is released.
    case roomClosed(room: String)
    /// A peer joined, by the API or with its first session.
    case peerJoined(room: String, peer: String)
    /// A peer left, or was lost.
    case peerLeft(room: String, peer: String)
    /// A peer's track can be consumed.
    case producerAdded(room: String, peer: String, producer: String, codec: Codec)
    /// A peer's track is over.
    case producerClosed(room: String, peer: String, producer: String)
    /// Keys are agreed on: media can flow.
    case transportConnected(room: String, peer: String, transport: String)
    /// A session is over.
    case transportClosed(
        room: String, peer: String, transport: String, reason: PeerConnection.CloseReason)

    /// The room it happened in.
    public var room: String {
        switch self {
        case .roomOpened(let room), .roomClosed(let room), .peerJoined(let room, _),
            .peerLeft(let room, _), .producerAdded(let room, _, _, _),
            .producerClosed(let room, _, _), .transportConnected(let room, _, _),
            .transportClosed(let room, _, _, _):
            room
        }
    }
}
