import Ciphers
import Crypto
import Glibc
import Logging
import Metrics
import SFU
import Sluice
import Wire

/// A service of one's own around a media server: an offer in, an answer out, events as they come.
@main struct Host {
    static func main() async throws {
        // Threads may still be at work when a process exits, behind whatever OpenSSL has to do by then.
        atexit { _ = hmacSHA256(key: [1], data: [2]) }
        let server = try MediaServer(
            MediaServerConfiguration(listen: Endpoint(ipv4: 0x7F00_0001, port: 0)))
        let events = server.events
        let room = "room-\(Nonce().value)"
        _ = try await server.join(PeerProfile(id: "alice"), room: room)
        do {
            let session = try await server.publish(
                offer: "the SDP that a browser sent", room: room, peer: "bob")
            Logger().info("to send back: \(session.answer)")
        } catch {
            Logger().info("refused: \(error)")
        }
        await server.stop()
        var count = Counter()
        for await event in events {
            count.increment()
            Logger().info("\(event)")
        }
        Logger().info("\(count.value) events")
    }
}
