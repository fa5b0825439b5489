import Testing
import Timing

@testable import Pacer

@Suite struct PacedSessionsTests {
    private static let begin = Instant(nanoseconds: 1_000_000_000)

    private struct Left: Equatable {
        var camera: Int
        var payload: Int
        var at: Instant
    }

    private static func session() -> PacedSession {
        var session = PacedSession()
        _ = session.addTrack(.video, clockRate: 90_000)
        return session
    }

    private static func insert(into sessions: inout PacedSessions) throws -> PacedSessions.Handle {
        let handle = sessions.insert(session())
        return try #require(handle)
    }

    private static func packet(_ number: Int, ofFrame frame: Int) -> PacedPacket {
        PacedPacket(
            payload: number, track: 0, timestamp: UInt32(frame) * 3_600, byteCount: 1_200,
            isFrameEnd: number % 4 == 3)
    }

    /// Frames of four packets from each of `count` cameras, one camera a millisecond behind the other.
    private static func run(
        cameras count: Int, frames: Int, _ onTurn: (inout PacedSessions, Int) -> Void = { _, _ in }
    ) throws -> [Left] {
        var sessions = PacedSessions()
        var handles: [PacedSessions.Handle] = []
        for _ in 0..<count { handles.append(try insert(into: &sessions)) }
        var left: [Left] = []
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
                left.append(Left(camera: camera, payload: due.departure.packet.payload, at: now))
            }
            sessions.checkInvariants()
            if let deadline = sessions.nextDeadline { #expect(deadline > now, "it would spin") }
        }
        return left
    }

    @Test func `every session's packets leave whole, in their order, at its own times`() throws {
        let left = try Self.run(cameras: 7, frames: 50)
        for camera in 0..<7 {
            let own = left.filter { $0.camera == camera }
            #expect(own.map(\.payload) == Array(0..<200))
            let frames = stride(from: 0, to: own.count, by: 4).map { own[$0].at }
            let steps = zip(frames.dropFirst(), frames).map { $0 - $1 }.dropFirst(5)
            #expect(steps.allSatisfy { $0 >= .milliseconds(39) && $0 <= .milliseconds(41) })
        }
    }

    @Test func `a session's packets leave as if it were alone`() throws {
        let alone = try Self.run(cameras: 1, frames: 50)
        let among = try Self.run(cameras: 30, frames: 50).filter { $0.camera == 0 }
        #expect(alone == among)
    }

    @Test func `the deadline is the earliest of all, and none when nothing waits`() throws {
        var sessions = PacedSessions()
        var handles: [PacedSessions.Handle] = []
        for _ in 0..<3 { handles.append(try Self.insert(into: &sessions)) }
        #expect(sessions.nextDeadline == nil)
        for (place, handle) in handles.enumerated() {
            let at = Self.begin + .milliseconds(Int64(place) * 5)
            _ = sessions.enqueue(Self.packet(3, ofFrame: place), in: handle, at: at)
        }
        let earliest = handles.compactMap { sessions[$0].nextDeadline }.min()
        #expect(earliest != nil && sessions.nextDeadline == earliest)
        sessions.advance(to: Self.begin + .seconds(2))
        let first = sessions.nextEvent()
        #expect(first?.session == handles[0], "the one that waits longest comes first")
        sessions.checkInvariants()
        while sessions.nextEvent() != nil {}
        #expect(sessions.nextDeadline == nil)
    }

    @Test func `a session that is removed takes its packets along, and no other's`() throws {
        var gone: PacedSessions.Handle?
        let left = try Self.run(cameras: 3, frames: 20) { sessions, millisecond in
            if millisecond == 0 { gone = sessions.insert(Self.session()) }
            guard let handle = gone, millisecond == 300 else { return }
            let packet = Self.packet(0, ofFrame: 0)
            _ = sessions.enqueue(packet, in: handle, at: Self.begin + .milliseconds(300))
            sessions.remove(handle)
            sessions.remove(handle)
            #expect(sessions.enqueue(packet, in: handle, at: Self.begin) == nil)
            #expect(!sessions.contains(handle) && sessions.count == 3)
        }
        #expect(left.count == 3 * 80)
    }

    @Test func `one session more than may be is refused until another goes`() throws {
        var sessions = PacedSessions(limit: 2)
        let first = try Self.insert(into: &sessions)
        _ = try Self.insert(into: &sessions)
        let refused = sessions.insert(Self.session())
        #expect(refused == nil && sessions.count == 2)
        sessions.remove(first)
        let taken = sessions.insert(Self.session())
        #expect(taken != nil && !sessions.contains(first))
        sessions.checkInvariants()
    }

    @Test(arguments: UInt64(1)...20)
    func `whatever comes and goes, every packet of those who stay comes back once`(seed: UInt64) {
        var random = seed
        func roll(_ sides: UInt64) -> Int {
            random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int((random >> 33) % sides)
        }
        var sessions = PacedSessions(limit: 6)
        var waiting: [PacedSessions.Handle: Int] = [:]
        var now = Self.begin
        for step in 0..<2_000 {
            let handles = waiting.keys.sorted { $0.index < $1.index }
            switch roll(10) {
            case 0:
                if let handle = sessions.insert(Self.session()) { waiting[handle] = 0 }
            case 1 where handles.count > 3:
                let gone = handles[roll(UInt64(handles.count))]
                sessions.remove(gone)
                waiting[gone] = nil
            case 2, 3:
                now = now + .microseconds(Int64(roll(20_000)))
                sessions.advance(to: now)
                for _ in 0..<roll(40) {  // not always to the end
                    guard let due = sessions.nextEvent() else { break }
                    waiting[due.session, default: 0] -= 1
                }
            default:
                guard !handles.isEmpty else { continue }
                let handle = handles[roll(UInt64(handles.count))]
                let packet = Self.packet(roll(8), ofFrame: step)
                if sessions.enqueue(packet, in: handle, at: now) == .queued {
                    waiting[handle, default: 0] += 1
                }
            }
            sessions.checkInvariants()
        }
        while let deadline = sessions.nextDeadline {
            now = max(now, deadline)
            sessions.advance(to: now)
            while let due = sessions.nextEvent() { waiting[due.session, default: 0] -= 1 }
        }
        #expect(waiting.values.allSatisfy { $0 == 0 })
    }
}
