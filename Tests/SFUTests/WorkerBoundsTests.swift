import Codecs
import SDP
import Testing
import Timing
import WebRTC
import Wire

@testable import SFU

/// What a worker keeps for others who do not take it, and for what has not come.
@Suite struct WorkerBoundsTests {
    @Test func `events come in order; beyond the limit the oldest is lost, and said to be`() {
        var events = EventQueue()
        let total = EventQueue.limit + 3
        let lost = (0..<total).filter { !events.append(.roomOpened(room: "\($0)")) }
        #expect(lost.count == 3)
        for number in 3..<total where events.popFirst() != .roomOpened(room: "\(number)") {
            Issue.record("out of order at \(number)")
            return
        }
        #expect(events.popFirst() == nil)
    }

    @Test func `beyond the limit, what ends something is kept`() {
        var events = EventQueue()
        func ending(_ number: Int) -> WorkerEvent {
            .transportClosed(room: "r", peer: "p", transport: "\(number)", reason: .remote)
        }
        for number in 0..<1000 {
            _ = events.append(ending(number))
            _ = events.append(.transportConnected(room: "r", peer: "p", transport: "\(number)"))
        }
        let lost = (0..<EventQueue.limit).filter { !events.append(.roomOpened(room: "\($0)")) }
        #expect(lost.count == 1000, "the connected ones")
        for number in 0..<1000 where events.popFirst() != ending(number) {
            Issue.record("lost or out of order at \(number)")
            return
        }
        #expect(events.popFirst() == .roomOpened(room: "0"))
    }

    @Test func `an outbox that is never empty holds no more than may wait, twice`() {
        var outbox = Outbox()
        var arena = SendArena(capacity: 1)
        var most = 0
        for number in 0..<5 * Outbox.limit {
            for _ in 0..<2 {
                _ = outbox.append([UInt8(truncatingIfNeeded: number)], to: WorkerStage.address)
            }
            arena.removeAll()
            _ = outbox.nextTransmit(into: &arena)
            most = max(most, outbox.heldCount)
        }
        #expect(most <= 2 * Outbox.limit)
    }

    @Test func `a full outlet refuses packets, but not what is told once`() {
        var outlet = PipeOutlet()
        var rooms = Slab<Room>()
        var producers = Slab<Producer>()
        let packet = PipedPacket(
            room: rooms.insert(Room(name: "r", title: "r", createdMilliseconds: 0)),
            producer: producers.insert(producer(parameters: "")), sequence: 1, ssrc: 1)
        let place = Pipes.Place(room: packet.room, producer: packet.producer)
        let now = Instant(nanoseconds: 0)
        for _ in 0..<PipeOutlet.limit { _ = outlet.append(.packet(packet)) }
        let (takesPacket, takesMessage) = (
            outlet.append(.packet(packet)), outlet.append(.message([1]))
        )
        #expect(!takesPacket && takesMessage)
        let dropped = outlet.dropPackets(at: now)
        #expect(dropped == PipeOutlet.limit && outlet.count == 1 && outlet.torn == [place])
        let soon = outlet.nextTorn(at: now + .milliseconds(199))
        let later = outlet.nextTorn(at: now + .milliseconds(200))
        #expect(soon == nil && later == place && outlet.nextMend == nil)
    }

    @Test func `a pipe that goes on losing is not waited for longer than a second`() {
        var outlet = PipeOutlet()
        var rooms = Slab<Room>()
        var producers = Slab<Producer>()
        let room = rooms.insert(Room(name: "r", title: "r", createdMilliseconds: 0))
        let handles = [
            producers.insert(producer(parameters: "")), producers.insert(producer(parameters: "")),
        ]
        let places = handles.map { Pipes.Place(room: room, producer: $0) }
        var asked: [[Int]] = [[], []]
        for milliseconds in 0..<5000 {
            let now = Instant(nanoseconds: Int64(milliseconds) * 1_000_000)
            while let place = outlet.nextTorn(at: now) {
                asked[place == places[0] ? 0 : 1].append(milliseconds)
            }
            if milliseconds % 100 == 0 { outlet.tear(places[0], at: now) }
            if milliseconds % 100 == 50 { outlet.tear(places[1], at: now) }
        }
        #expect(asked == [[1000, 2000, 3000, 4000], [1050, 2050, 3050, 4050]])
    }

    @Test func `a track is told of however long its texts are, without what has no room`() throws {
        let parameters =
            "sprop-parameter-sets=" + String(repeating: "A", count: 3000)
            + ";packetization-mode=1;profile-level-id=42e01f"
        let track = producer(parameters: parameters, mid: String(repeating: "m", count: 3000)).track
        let message = PipeFrame(.producerOpened, 1).message { writer in
            writer.write(UInt32(7))
            track.write(to: &writer)
        }
        #expect(message.count <= PipeFrame.byteLimit)
        var reader = ByteReader(message.span.bytes)
        let frame = try PipeFrame(parsing: &reader)
        _ = try reader.readUInt32()
        let told = try ProducedTrack(number: frame.number, parsing: &reader)
        #expect(told.codec.parameters.text == "packetization-mode=1;profile-level-id=42e01f")
        #expect(told.mid.utf8.count == 255 && told.peer == "p")
    }

    private func producer(parameters: String, mid: String = "0") -> Producer {
        let codec = NegotiatedCodec(
            codec: .h264, payloadType: 96, retransmissionPayloadType: nil,
            parameters: FormatParameters(parameters))
        return Producer(
            track: ProducedTrack(
                number: 1, order: 0, peer: "p", names: (id: "i", streamID: "s"), mid: mid,
                codec: codec),
            origin: .pipe(Pipes.Key(loop: 1, number: 1)), extensions: .init())
    }
}
