import Ciphers
import Testing
import Timing
import WebRTC
import Wire

@testable import SFU

/// Which SSRCs of a transport are whose, as they come and go.
@Suite struct TransportRouteTests {
    private let producers: (ProducerHandle, ProducerHandle)
    private let room: RoomHandle

    init() {
        var rooms = Slab<Room>()
        room = rooms.insert(Room(name: "r", title: "r", createdMilliseconds: 0))
        var slab = Slab<Producer>()
        let codec = NegotiatedCodec(codec: .vp8, payloadType: 96)
        func producer(_ mid: String, _ transport: TransportHandle) -> Producer {
            Producer(
                track: ProducedTrack(
                    number: 1, order: 0, peer: "p", names: (id: mid, streamID: "s"), mid: mid,
                    codec: codec), origin: .transport(transport), extensions: .init())
        }
        var transports = Slab<Transport>()
        let handle = transports.insert(Self.transport(in: room))
        producers = (slab.insert(producer("0", handle)), slab.insert(producer("1", handle)))
    }

    private static func transport(in room: RoomHandle) -> Transport {
        let ice = ICECredentials(ufrag: "abcd", password: "abcdefghijklmnopqrstuvwx")
        let keys = SRTPKeyingMaterial(profile: .aeadAES128GCM, secret: [1, 2, 3], session: "abcd")
        return Transport(
            id: "t", room: room, peer: "p", kind: .publication,
            connection: PeerConnection(
                ice: ICELite(local: ice, remote: ice), keys: keys, role: .server,
                at: Instant(nanoseconds: 0)),
            credentials: ice, acceptsReducedSize: true, cname: "t", reporterSSRC: 1,
            transportSequenceID: 0)
    }

    @Test func `a track's old SSRC is not taken back, and what repeated it is learned anew`() {
        var transport = Self.transport(in: room)
        transport.routes = [
            .init(ssrc: 1, producer: producers.0, isRetransmission: false),
            .init(ssrc: 2, producer: producers.0, isRetransmission: true),
            .init(ssrc: 3, producer: producers.1, isRetransmission: false),
        ]
        transport.supersedeRoutes(to: producers.0)
        let routes = transport.routes
        #expect(routes.map(\.ssrc) == [1, 3])
        #expect(routes.map(\.isSuperseded) == [true, false])
    }

    @Test func `a full table forgets what tracks have left, oldest first, and nothing else`() {
        var transport = Self.transport(in: room)
        for ssrc in 0..<UInt32(Transport.routeLimit) {
            transport.routes.append(
                .init(ssrc: ssrc, producer: producers.0, isRetransmission: false))
        }
        let hadRoom = transport.hasRoomForRoute()
        #expect(!hadRoom)
        transport.routes[5].isSuperseded = true
        transport.routes[9].isSuperseded = true
        let hasRoom = transport.hasRoomForRoute()
        let left = transport.routes.map(\.ssrc)
        #expect(hasRoom && !left.contains(5) && left.contains(9))
    }
}
