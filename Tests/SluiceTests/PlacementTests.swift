import SFU
import Testing

@testable import Sluice

/// Which loop takes the next watcher.
@Suite struct PlacementTests {
    private static func home(_ placement: Placement) -> Int { placement.home(of: "room") }

    @Test func `home takes watchers up to the bound, then one other loop as many`() {
        let placement = Placement(loopCount: 4, watcherBound: 3)
        let loops = (0..<9).map { _ in placement.takeWatcher(of: "room") }
        let home = Self.home(placement)
        #expect(loops.prefix(3).allSatisfy { $0 == home })
        #expect(Set(loops[3..<6]).count == 1 && loops[3] != home)
        #expect(Set(loops[6..<9]).count == 1 && ![home, loops[3]].contains(loops[6]))
        #expect(placement.loops(of: "room") == [home] + Set(loops).subtracting([home]).sorted())
    }

    @Test func `the least loaded loop takes the first beyond the bound`() {
        let placement = Placement(loopCount: 3, watcherBound: 1)
        let home = Self.home(placement)
        let others = (0..<3).filter { $0 != home }
        placement.sit("busy", on: others[0], of: "elsewhere", isWatcher: false)
        #expect(placement.takeWatcher(of: "room") == home)
        #expect(placement.takeWatcher(of: "room") == others[1])
        #expect(placement.takeWatcher(of: "room") == others[0])
    }

    @Test func `with every loop at the bound, the one with the fewest takes more`() {
        let placement = Placement(loopCount: 2, watcherBound: 2)
        var counts = [0, 0]
        for _ in 0..<10 { counts[placement.takeWatcher(of: "room")] += 1 }
        #expect(counts == [5, 5])
    }

    @Test func `one loop takes everybody`() {
        let placement = Placement(loopCount: 1, watcherBound: 1)
        #expect((0..<5).allSatisfy { _ in placement.takeWatcher(of: "room") == 0 })
        #expect(placement.loops(of: "room") == [0])
    }

    @Test(arguments: [0, -1]) func `a bound that nobody could keep is one`(bound: Int) {
        let placement = Placement(loopCount: 2, watcherBound: bound)
        let loops = (0..<4).map { _ in placement.takeWatcher(of: "room") }
        #expect(Set(loops) == [0, 1])
    }

    @Test func `who leaves, or never came, makes room`() {
        let placement = Placement(loopCount: 2, watcherBound: 1)
        let home = Self.home(placement)
        placement.sit("one", on: placement.takeWatcher(of: "room"), of: "room", isWatcher: true)
        let away = placement.takeWatcher(of: "room")
        placement.sit("two", on: away, of: "room", isWatcher: true)
        #expect(placement.loop(of: "one", in: "room") == home)
        #expect(placement.loop(of: "two", in: "room") == away && away != home)
        let closed = WorkerEvent.transportClosed(
            room: "room", peer: "p", transport: "one", reason: .local)
        #expect(placement.admits(closed))
        #expect(placement.takeWatcher(of: "room") == home)
        placement.giveBack(home, of: "room")
        #expect(placement.takeWatcher(of: "room") == home)
        #expect(placement.loop(of: "one", in: "room") == home, "an unknown session would be there")
    }

    @Test func `a peer on two loops has come once and leaves once`() {
        let placement = Placement(loopCount: 2, watcherBound: 1)
        let (joined, left) = (
            WorkerEvent.peerJoined(room: "room", peer: "p"),
            WorkerEvent.peerLeft(room: "room", peer: "p")
        )
        #expect(placement.admits(joined))
        #expect(!placement.admits(joined))
        #expect(placement.repeatedPeerCount == 1)
        #expect(!placement.admits(left))
        #expect(placement.admits(left))
        #expect(placement.repeatedPeerCount == 0)
    }
}
