import RTP
import Timing
import WebRTC
import Wire

typealias TransportHandle = Slab<Transport>.Handle
typealias RoomHandle = Slab<Room>.Handle
typealias ProducerHandle = Slab<Producer>.Handle
typealias ConsumerHandle = Slab<Consumer>.Handle

/// One peer's connection, and which tracks of the room run over it.
struct Transport: ~Copyable {
    let id: String
    let room: RoomHandle
    let peer: String
    let kind: SessionKind
    var connection: PeerConnection
    var credentials: ICECredentials
    var producers: [ProducerHandle] = []
    var consumers: [(ssrc: UInt32, handle: ConsumerHandle)] = []
    var routes: [StreamRoute] = []
    var feedback: TransportFeedbackGenerator?
    var nextReport: Instant?
    var addresses: [Endpoint] = []  // that it claims in the worker's table, last checked last
    var isTouched = false  // its deadline must be computed anew
    var isAnnounced = false  // its connection's keys are known, and were told
    let acceptsReducedSize: Bool
    let cname: String
    let reporterSSRC: UInt32
    let transportSequenceID: UInt8  // header extension number; 0 when not agreed

    /// Which producer an SSRC belongs to.
    struct StreamRoute {
        let ssrc: UInt32
        let producer: ProducerHandle
        let isRetransmission: Bool
        var isSuperseded = false  // the track goes on under another SSRC
    }

    static let addressLimit = 16  // as many as its ICE remembers
    static let routeLimit = 128  // a track's SSRC and what repeats it, for 64 of them
    static let reportInterval = Interval.seconds(1)

    /// A check has come from an address that it claims: as its ICE does, it forgets what has been
    /// unchecked the longest.
    mutating func noteCheck(from address: Endpoint) {
        guard address != addresses.last, let place = addresses.firstIndex(of: address)
        else { return }
        addresses.append(addresses.remove(at: place))
    }

    func route(for ssrc: UInt32) -> StreamRoute? {
        for route in routes where route.ssrc == ssrc { return route }
        return nil
    }

    /// Whether one more SSRC can be learned; the SSRCs a track has left make way, oldest first.
    mutating func hasRoomForRoute() -> Bool {
        if routes.count < Self.routeLimit { return true }
        guard let former = routes.firstIndex(where: { $0.isSuperseded }) else { return false }
        routes.remove(at: former)
        return true
    }

    /// Notes what an offer says of an SSRC, if there is room.
    mutating func addRoute(_ route: StreamRoute) {
        if hasRoomForRoute() { routes.append(route) }
    }

    /// The track has moved to a new SSRC: what still comes under the old one is not of it, and
    /// what repeated the old one is learned anew.
    mutating func supersedeRoutes(to producer: ProducerHandle) {
        routes.removeAll { $0.producer == producer && $0.isRetransmission }
        for index in routes.indices where routes[index].producer == producer {
            routes[index].isSuperseded = true
        }
    }

    /// The track has moved back to an SSRC that it had left.
    mutating func restoreRoute(for ssrc: UInt32) -> StreamRoute? {
        guard let index = routes.firstIndex(where: { $0.ssrc == ssrc }) else { return nil }
        routes[index].isSuperseded = false
        return routes[index]
    }

    func consumer(for ssrc: UInt32) -> ConsumerHandle? {
        for consumer in consumers where consumer.ssrc == ssrc { return consumer.handle }
        return nil
    }

    var sourceDescription: SourceDescription {
        SourceDescription(chunks: [.init(ssrc: reporterSSRC, cname: cname)])
    }
}
