import Timing
import Wire

/// A named meeting of peers, and the router that carries their media.
struct Room: ~Copyable {
    let name: String
    let title: String
    let createdMilliseconds: Int64  // since 1970
    var peers: [Peer] = []  // in the order they joined
    var joinedCount: UInt32 = 0
    var router = Router()
    var origin = Origin.home
    var forsaken = Instant(nanoseconds: 0)  // when a branch that nobody has come to is given up
    var branches: [Branch] = []  // at most one for each other loop
    var isActive = false  // on the worker's list of rooms with packets to send
    private var sentBefore: UInt64 = 0  // its turn to send, of packets of all kinds

    init(name: String, title: String, createdMilliseconds: Int64) {
        (self.name, self.title) = (name, title)
        self.createdMilliseconds = createdMilliseconds
    }

    /// Where the room's peers and producers are at home.
    enum Origin: Hashable {
        case home
        case branch(Pipes.Key)  // fed by a pipe, under this number of the home's
    }

    var hasSentInItsTurn: Bool { router.sentPackets != sentBefore }

    mutating func endTurn() { sentBefore = router.sentPackets }

    func indexOfPeer(_ id: String) -> Int? { peers.firstIndex { $0.profile.id == id } }
}

/// Where else a room goes on: which loop, and under which number frames name it.
struct Branch: Hashable {
    let loop: Int
    let number: UInt32
}

/// Someone in a room, with or without media.
struct Peer {
    let profile: PeerProfile
    let joinedMilliseconds: Int64  // since 1970
    let order: UInt32  // how many had joined before
    let isImplicit: Bool  // came with a WHIP or WHEP session, and leaves with its last one
    var transports: [TransportHandle] = []
}

/// What a peer says of itself when it joins.
public struct PeerProfile: Hashable, Sendable {
    /// Unique within the room.
    public var id: String
    /// The embedding application's own name for the user.
    public var userID: String
    /// Empty when not given.
    public var email: String
    /// Shown to the others; empty when not given.
    public var fullName: String
    /// The application's word, passed through; empty when not given.
    public var role: String
    /// Whether the peer means to send.
    public var isProducer: Bool

    /// A peer; all but the identifier may stay empty.
    public init(
        id: String, userID: String = "", email: String = "", fullName: String = "",
        role: String = "", isProducer: Bool = false
    ) {
        (self.id, self.userID, self.email) = (id, userID, email)
        (self.fullName, self.role, self.isProducer) = (fullName, role, isProducer)
    }
}
