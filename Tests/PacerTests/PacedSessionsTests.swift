import Testing
import Timing

@testable import Pacer

@Suite struct PacedSessionsTests {
    private static let begin = Instant(nanoseconds: 1_000_000_000)

    private static func session() -> PacedSession {
        var session = PacedSession()
        _ = session.addTrack(.video, clockRate: 90_000)
        return session
    }

    private static func packet(_ number: Int, ofFrame frame: Int) -> PacedPacket {
        PacedPacket(
            payload: number, track: 0, timestamp: UInt32(frame) * 3_600, byteCount: 1_200,
            isFrameEnd: number % 4 == 3)
    }

    /// Frames of four packets from each of `count` cameras, one camera a millisecond behind the other.
    private static func run(
        cameras count: Int, frames: Int, _ onTurn: (inout PacedSessions, Int) -> Void = { _, _ in }
    ) -> [(camera: Int, payload: Int, at: Instant)] {
        var sessions = PacedSessions()
        let handles = (0..<count).map { _ in sessions.insert(session()) }
        var left: [(camera: Int, payload: Int, at: Instant)] = []
        for millisecond in 0..<(frames * 40 + 200) {
            let now = begin + .milliseconds(Int64(millisecond))
            onTurn(&sessions, millisecond)
            for (camera, handle) in handles.enumerated()
            where millisecond % 40 == camera && millisecond / 40 < frames {
                for number in 0..<4 {
                    let frame = millisecond / 40
                    _ = sessions.enqueue(
                        packet(frame * 4 + number, ofFrame: frame), in: handle, at: now)
                }
            }
            sessions.advance(to: now)
            while let due = sessions.nextEvent() {
                let camera = handles.firstIndex(of: due.session) ?? -1
                left.append((camera, due.departure.packet.payload, now))
            }
        }
        return left
    }

    @Test func `every session's packets leave whole, in their order, at its own times`() {
        let left = Self.run(cameras: 7, frames: 50)
        for camera in 0..<7 {
            let own = left.filter { $0.camera == camera }
            #expect(own.map(\.payload) == Array(0..<200))
            let frames = stride(from: 0, to: own.count, by: 4).map { own[$0].at }
            let steps = zip(frames.dropFirst(), frames).map { $0 - $1 }.dropFirst(5)
            #expect(steps.allSatisfy { $0 >= .milliseconds(39) && $0 <= .milliseconds(41) })
        }
    }

    @Test func `the deadline is the earliest of all, and none when nothing waits`() {
        var sessions = PacedSessions()
        let handles = (0..<3).map { _ in sessions.insert(Self.session()) }
        #expect(sessions.nextDeadline == nil)
        for (place, handle) in handles.enumerated() {
            let at = Self.begin + .milliseconds(Int64(place) * 5)
            _ = sessions.enqueue(Self.packet(3, ofFrame: place), in: handle, at: at)
        }
        let earliest = handles.compactMap { sessions[$0].nextDeadline }.min()
        #expect(earliest != nil && sessions.nextDeadline == earliest)
        sessions.advance(to: Self.begin + .seconds(2))
        while sessions.nextEvent() != nil {}
        #expect(sessions.nextDeadline == nil)
    }

    @Test func `a session that is removed takes its packets along, and no other's`() {
        var gone: PacedSessions.Handle?
        let left = Self.run(cameras: 3, frames: 20) { sessions, millisecond in
            if millisecond == 0 { gone = sessions.insert(Self.session()) }
            guard let handle = gone, millisecond == 300 else { return }
            sessions.remove(handle)
            sessions.remove(handle)
            let packet = Self.packet(0, ofFrame: 0)
            #expect(sessions.enqueue(packet, in: handle, at: Self.begin) == nil)
            #expect(!sessions.contains(handle) && sessions.count == 3)
        }
        #expect(left.count == 3 * 80)
    }
}
