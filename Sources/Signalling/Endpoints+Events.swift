import SFU
import Sluice
import Web

extension Endpoints {
    /// A room's events and, every two seconds, its tracks' figures, for as long as the caller stays.
    /// One who reads too slowly loses the oldest of 256.
    func events(_ request: HTTPRequest, room: String) async throws(Refused) -> HTTPResponse {
        try authorize { authority throws(TokenError) in
            try authority.require(.subscribe, in: room, of: request)
        }
        let (stream, continuation) = AsyncStream.makeStream(
            of: ServerSentEvent.self, bufferingPolicy: .bufferingNewest(256))
        let happenings = server.events
        let telling = Task {
            await withTaskGroup { group in
                group.addTask {
                    for await event in happenings where event.room == room {
                        if let event = ServerSentEvent(event) { continuation.yield(event) }
                    }
                }
                group.addTask { await tellFigures(of: room, to: continuation) }
                await group.next()  // the server has stopped, or the caller has gone
                group.cancelAll()
            }
            continuation.finish()
        }
        continuation.onTermination = { _ in telling.cancel() }
        return .events(stream)
    }

    private func tellFigures(
        of room: String, to continuation: AsyncStream<ServerSentEvent>.Continuation
    ) async {
        repeat {
            do throws(SessionError) {
                continuation.yield(ServerSentEvent(statistics: try await server.room(room)))
            } catch .stopped {
                return
            } catch {
                // No such room yet, or no time for it: the next figures will tell.
            }
        } while (try? await Task.sleep(for: .seconds(2))) != nil
    }
}

extension ServerSentEvent {
    /// What the web page is told of an event; `nil` for what concerns sessions alone.
    fileprivate init?(_ event: WorkerEvent) {
        switch event {
        case .peerJoined(_, let peer): self.init(["peerId": peer], name: "peer-joined")
        case .peerLeft(_, let peer): self.init(["peerId": peer], name: "peer-left")
        case .producerAdded(_, let peer, let producer, let codec):
            self.init(
                [
                    "peerId": peer, "producerId": producer, "codec": codec.encodingName,
                    "kind": codec.kind == .audio ? "audio" : "video",
                ], name: "producer-added")
        case .producerClosed(_, let peer, let producer):
            self.init(["peerId": peer, "producerId": producer], name: "producer-closed")
        case .roomOpened, .roomClosed, .transportConnected, .transportClosed: return nil
        }
    }

    private init(_ fields: [String: String], name: String) {
        self.init(String(decoding: encodeJSON(fields), as: UTF8.self), name: name)
    }

    fileprivate init(statistics snapshot: RoomSnapshot) {
        let body = StatisticsBody(
            peerCount: snapshot.summary.peerCount,
            producers: snapshot.producers.map(StatisticsBody.Producer.init))
        self.init(String(decoding: encodeJSON(body), as: UTF8.self), name: "statistics")
    }
}

private struct StatisticsBody: Encodable {
    struct Producer: Encodable {
        let producerId: String
        let peerId: String
        let codec: String
        let packets: UInt64
        let bytes: UInt64
        let packetsLost: Int
        let jitterSeconds: Double
        let consumerCount: Int

        init(_ snapshot: ProducerSnapshot) {
            (producerId, peerId) = (snapshot.id, snapshot.peer)
            codec = snapshot.codec.encodingName
            (packets, bytes) = (snapshot.packetCount, snapshot.byteCount)
            (packetsLost, jitterSeconds) = (snapshot.packetsLost, snapshot.jitterSeconds)
            consumerCount = snapshot.consumerCount
        }
    }

    let peerCount: Int
    let producers: [Producer]
}
