public import WebRTC

/// Why a control call was refused. Nothing has changed when it is thrown.
public enum SessionError: Error, Hashable, Sendable {
    /// There is no room of that name.
    case roomNotFound(String)
    /// The room has no peer of that name.
    case peerNotFound(String)
    /// The room already has a peer of that name.
    case peerExists(String)
    /// There is no session with that identifier.
    case sessionNotFound(String)
    /// A name, or what a peer says of itself, is empty, too long, or has control characters in it.
    case malformedName(String)
    /// The room holds as many peers as it may.
    case roomFull(limit: Int)
    /// The worker holds as many rooms as it may.
    case tooManyRooms(limit: Int)
    /// The worker holds as many sessions as it may.
    case overloaded(limit: Int)
    /// Nobody in the room produces what was asked for.
    case nothingToConsume(room: String)
    /// More calls wait for the worker than may.
    case busy
    /// The server has stopped.
    case stopped
    /// The offer cannot be answered.
    case negotiation(NegotiationError)
}

extension SessionError: CustomStringConvertible {
    /// One sentence for the HTTP answer.
    public var description: String {
        switch self {
        case .roomNotFound: "Room not found"
        case .peerNotFound: "Peer not found"
        case .peerExists: "Peer already exists"
        case .sessionNotFound: "Session not found"
        case .malformedName: "A name must have 1 to 128 octets and no control characters"
        case .roomFull(let limit): "The room is full: it holds \(limit) peers"
        case .tooManyRooms(let limit): "The server is full: it holds \(limit) rooms"
        case .overloaded(let limit): "The server is full: it holds \(limit) sessions"
        case .nothingToConsume: "Nobody in the room is publishing"
        case .busy: "The server is busy"
        case .stopped: "The server is shutting down"
        case .negotiation(let error): error.description
        }
    }
}
