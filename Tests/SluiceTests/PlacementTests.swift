import SFU
import Testing

@testable import Sluice

/// Which loop takes the next viewer.
@Suite struct PlacementTests {
    private static func home(_ placement: Placement) -> Int { placement.home(of: "room") }

    @Test func `home takes viewers up to the bound, then one other loop as many`() {
        let placement = Placement(loopCount: 4, viewerBound: 3)
        let loops = (0..<9).map { _ in placement.takeViewer(of: "room") }
        let home = Self.home(placement)
        #expect(loops.prefix(3).allSatisfy { $0 == home })
        #expect(Set(loops[3..<6]).count == 1 && loops[3] != home)
        #expect(Set(loops[6..<9]).count == 1 && ![home, loops[3]].contains(loops[6]))
        #expect(placement.loops(of: "room") == [home] + Set(loops).subtracting([home]).sorted())
    }

    @Test func `the least loaded loop takes the first beyond the bound`() {
        let placement = Placement(loopCount: 3, viewerBound: 1)
        let home = Self.home(placement)
        let others = (0..<3).filter { $0 != home }
        placement.sit("busy", of: "p", on: others[0], in: "elsewhere", isViewer: false)
        #expect(placement.takeViewer(of: "room") == home)
        #expect(placement.takeViewer(of: "room") == others[1])
        #expect(placement.takeViewer(of: "room") == others[0])
    }

    @Test func `with every loop at the bound, the one with the fewest takes more`() {
        let placement = Placement(loopCount: 2, viewerBound: 2)
        var counts = [0, 0]
        for _ in 0..<10 { counts[placement.takeViewer(of: "room")] += 1 }
        #expect(counts == [5, 5])
    }

    @Test func `one loop takes everybody`() {
        let placement = Placement(loopCount: 1, viewerBound: 1)
        #expect((0..<5).allSatisfy { _ in placement.takeViewer(of: "room") == 0 })
        #expect(placement.loops(of: "room") == [0])
    }

    @Test(arguments: [0, -1]) func `a bound that nobody could keep is one`(bound: Int) {
        let placement = Placement(loopCount: 2, viewerBound: bound)
        let loops = (0..<4).map { _ in placement.takeViewer(of: "room") }
        #expect(Set(loops) == [0, 1])
    }

    @Test func `who leaves, or never came, makes room`() {
        let placement = Placement(loopCount: 2, viewerBound: 1)
        let home = Self.home(placement)
        placement.sit(
            "one", of: "p", on: placement.takeViewer(of: "room"), in: "room", isViewer: true)
        let away = placement.takeViewer(of: "room")
        placement.sit("two", of: "p", on: away, in: "room", isViewer: true)
        #expect(placement.loop(of: "one", in: "room") == home)
        #expect(placement.loop(of: "two", in: "room") == away && away != home)
        let closed = WorkerEvent.transportClosed(
            room: "room", peer: "p", transport: "one", reason: .local)
        #expect(placement.follow(closed, from: home) == [closed])
        #expect(placement.takeViewer(of: "room") == home)
        placement.giveBack(home, of: "room")
        #expect(placement.takeViewer(of: "room") == home)
        #expect(placement.loop(of: "one", in: "room") == home, "an unknown session would be there")
    }

    @Test func `a peer on two loops has come once and leaves once`() {
        let placement = Placement(loopCount: 2, viewerBound: 1)
        let (joined, left) = (
            WorkerEvent.peerJoined(room: "room", peer: "p"),
            WorkerEvent.peerLeft(room: "room", peer: "p")
        )
        #expect(placement.follow(joined, from: 0) == [joined])
        #expect(placement.follow(joined, from: 1).isEmpty)
        #expect(placement.repeatedPeerCount == 1)
        #expect(placement.follow(left, from: 0).isEmpty)
        #expect(placement.follow(left, from: 1) == [left])
        #expect(placement.repeatedPeerCount == 0)
    }

    @Test func `a loop that has ended gives its seats back, and takes nobody`() {
        let placement = Placement(loopCount: 3, viewerBound: 1)
        let home = Self.home(placement)
        _ = placement.takeViewer(of: "room")
        let away = placement.takeViewer(of: "room")
        placement.sit("two", of: "bob", on: away, in: "room", isViewer: true)
        let coming = placement.takeViewer(of: "room")  // is asked for, but has no session yet
        #expect(Set([home, away, coming]).count == 3)
        for peer in ["bob", "carol"] {
            _ = placement.follow(.peerJoined(room: "room", peer: peer), from: away)
        }
        #expect(placement.follow(.peerJoined(room: "room", peer: "bob"), from: home).isEmpty)
        #expect(
            placement.loopEnded(away) == [
                .transportClosed(room: "room", peer: "bob", transport: "two", reason: .local),
                .peerLeft(room: "room", peer: "carol"),
            ], "bob is at home still")
        #expect(placement.loops(of: "room") == [home, coming])
        #expect(placement.loop(of: "two", in: "room") == home, "unknown now")
        #expect(placement.loopEnded(coming).isEmpty)
        placement.giveBack(coming, of: "room")
        #expect((0..<4).allSatisfy { _ in placement.takeViewer(of: "room") == home })
        #expect(placement.repeatedPeerCount == 0)
    }

    @Test func `with its home a room ends`() {
        let placement = Placement(loopCount: 2, viewerBound: 1)
        let home = Self.home(placement)
        placement.sit("one", of: "alice", on: home, in: "room", isViewer: false)
        _ = placement.follow(.roomOpened(room: "room"), from: home)
        _ = placement.follow(.peerJoined(room: "room", peer: "alice"), from: home)
        #expect(
            placement.loopEnded(home) == [
                .transportClosed(room: "room", peer: "alice", transport: "one", reason: .local),
                .peerLeft(room: "room", peer: "alice"), .roomClosed(room: "room"),
            ])
        #expect(placement.takeViewer(of: "room") == home, "who comes is told that it has ended")
    }

    @Test func `a room that outlives its home on a branch is closed behind its last peer`() {
        let placement = Placement(loopCount: 2, viewerBound: 1)
        let home = Self.home(placement)
        let (bobLeft, carolLeft) = (
            WorkerEvent.peerLeft(room: "room", peer: "bob"),
            WorkerEvent.peerLeft(room: "room", peer: "carol")
        )
        _ = placement.follow(.roomOpened(room: "room"), from: home)
        _ = placement.follow(.peerJoined(room: "room", peer: "alice"), from: home)
        for peer in ["bob", "carol"] {
            _ = placement.follow(.peerJoined(room: "room", peer: peer), from: 1 - home)
        }
        #expect(placement.loopEnded(home) == [.peerLeft(room: "room", peer: "alice")])
        #expect(placement.follow(bobLeft, from: 1 - home) == [bobLeft])
        #expect(
            placement.follow(carolLeft, from: 1 - home) == [
                carolLeft, .roomClosed(room: "room"),
            ])
    }

    @Test func `with a branch that ends behind its home, the room ends once`() {
        let placement = Placement(loopCount: 2, viewerBound: 1)
        let home = Self.home(placement)
        _ = placement.follow(.roomOpened(room: "room"), from: home)
        _ = placement.follow(.peerJoined(room: "room", peer: "bob"), from: 1 - home)
        #expect(placement.loopEnded(home).isEmpty)
        #expect(
            placement.loopEnded(1 - home) == [
                .peerLeft(room: "room", peer: "bob"), .roomClosed(room: "room"),
            ])
    }

    @Test func `a room that nobody has opened is not closed`() {
        let placement = Placement(loopCount: 2, viewerBound: 1)
        let home = placement.takeViewer(of: "room")  // is asked for, but has no session yet
        #expect(placement.loopEnded(home).isEmpty)
    }
}
