import Ciphers
import RTP
import SDP
import Testing
import Timing
import WebRTC
import Wire

@testable import SFU

/// A track that moves from SSRC to SSRC, as a camera's that is started anew.
@Suite struct MovingStreamTests {
    private static let offer = WorkerStage.offer(extension: 1, .mid)

    private static func worker() -> Worker {
        Worker(
            WorkerConfiguration(
                candidates: [Endpoint(ipv4: 1, port: 1)], security: .keyed(secret: [1]),
                clock: ClockMap(instant: Instant(nanoseconds: 0), unixNanoseconds: 0), seed: [5]))
    }

    /// A packet of the section "0" under `ssrc`.
    private static func packet(_ ssrc: UInt32, _ number: UInt16 = 9) -> [UInt8] {
        [0x90, 96, UInt8(number >> 8), UInt8(number & 255), 0, 0, 0, 1]
            + withUnsafeBytes(of: ssrc.bigEndian) { Array($0) }
            + [0xBE, 0xDE, 0, 1, 0x10, 0x30, 0, 0, 0x10, 0, 0, 0]
    }

    /// Whether the worker takes a packet under `ssrc` for the track's, a while after the one before.
    private static func takes(
        _ ssrc: UInt32, after milliseconds: Int64, of session: String, on worker: inout Worker
    ) throws -> Bool {
        let now = worker.schedule.now + .milliseconds(milliseconds)
        worker.schedule.now = now
        let packet = packet(ssrc, UInt16(truncatingIfNeeded: now.nanoseconds / 1_000_000))
        let layout = try RTPLayout(parsing: packet.span.bytes)
        let handle = try #require(worker.directory.transport(id: session))
        let route = worker.streamRoute(layout, packet.span.bytes, of: handle)
        guard let route, let slot = worker.slab.take() else { return false }
        let room = worker.transports[handle].room
        let record = worker.rooms[room].router.record(
            layout, packet.span.bytes, slot: slot, route: route)
        let reason = worker.rooms[room].router.receive(
            try #require(record), for: route.producer, isRetransmission: false, at: now)
        #expect(reason == nil)
        return worker.rooms[room].router.producers[route.producer].stream?.ssrc == ssrc
    }

    @Test func `a track may go back to an SSRC it has left, but not for what comes late of that`()
        throws
    {
        var worker = Self.worker()
        let offer = try SessionDescription(parsing: Self.offer)
        let session = try worker.publish(
            offer, room: "r", peer: "p", at: Instant(nanoseconds: 1_000_000_000)
        ).id
        // SSRC, milliseconds since the packet before, and whether it is the track's.
        let packets: [(UInt32, Int64, Bool)] = [
            (1, 0, true), (2, 5, true), (1, 200, false), (1, 40, false), (1, 20, true),
            (2, 10, false), (1, 10, true), (2, 510, true), (2, 10, true),
        ]
        for (ssrc, milliseconds, isTaken) in packets {
            let takes = try Self.takes(ssrc, after: milliseconds, of: session, on: &worker)
            #expect(takes == isTaken, "\(ssrc) after \(milliseconds) ms")
        }
        worker.checkInvariants()
    }

    @Test func `two slow SSRCs of one MID do not take the track from each other for ever`() throws {
        var worker = Self.worker()
        let offer = try SessionDescription(parsing: Self.offer)
        let session = try worker.publish(
            offer, room: "r", peer: "p", at: Instant(nanoseconds: 1_000_000_000)
        ).id
        var (owner, moves) = (UInt32(0), 0)
        for number in 0..<200 {  // each sends every 600 ms, in turn
            let ssrc = UInt32(1 + number % 2)
            guard try Self.takes(ssrc, after: 300, of: session, on: &worker), ssrc != owner
            else { continue }
            (owner, moves) = (ssrc, moves + 1)
        }
        #expect(moves == 3, "1 has it, 2 comes anew, 1 goes back, and there it stays")
        let late = try Self.takes(2, after: 100, of: session, on: &worker)
        let back = try Self.takes(2, after: 101, of: session, on: &worker)
        #expect(!late && back, "half a second without the other")
        worker.checkInvariants()
    }
}
