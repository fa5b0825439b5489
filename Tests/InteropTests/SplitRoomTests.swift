import Testing

/// One room on two workers of a real `sfu`: whoever looks from outside sees one.
@Suite(.serialized, .tags(.interop), .enabled(if: Lab.hasPython, "make test makes .venv"))
struct SplitRoomTests {
    struct Meeting: Decodable {
        let ports: [Int]
        let decoded: [Int]
        let peers: [String]
        let consumers: [Int]
        let rooms: [Int]
        let piped: Int
        let peersAfterDelete: [String]
        let branchesAfterDelete: Bool
        let decodedAfterReturn: [Int]
        let peersAfterLeave: [String]
        let held: Int
        let events: [String]
        let exit: Int
        let metrics: [String: Int]
    }

    @Test func `aiortc watches on both workers, and the room is one`() async throws {
        let meeting: Meeting = try await Lab.script("split_room.py", [], seconds: 120)
        #expect(meeting.ports[0] == meeting.ports[1] && meeting.ports[1] != meeting.ports[2])
        #expect(meeting.decoded.allSatisfy { $0 > 60 }, "\(meeting.decoded)")
        #expect(meeting.peers.sorted() == ["alice", "bob", "carol", "dave"])
        #expect(meeting.consumers == [3, 3] && meeting.rooms == [1, 4])
        #expect(
            meeting.metrics == [
                "rooms": 1, "branches": 1, "peers": 4, "transports": 4, "producers": 2,
                "consumers": 6,
            ])
        #expect(meeting.piped > 100)
        #expect(meeting.peersAfterDelete.sorted() == ["alice", "bob", "dave"])
        #expect(meeting.branchesAfterDelete)
        #expect(meeting.decodedAfterReturn.allSatisfy { $0 > 60 }, "\(meeting.decodedAfterReturn)")
        #expect(meeting.peersAfterLeave.sorted() == ["alice", "bob", "dave"])
        #expect(meeting.held == 0 && meeting.exit == 0)
        let joins = meeting.events.filter { $0.hasPrefix("peer-joined") }
        #expect(joins.filter { $0 == "peer-joined bob" }.count == 1)
        #expect(joins.filter { $0 == "peer-joined carol" }.count == 2, "she came twice")
        #expect(meeting.events.filter { $0 == "peer-left carol" }.count == 2)
    }

    struct Watched: Decodable {
        let decoded: Int
        let piped: Int
        let exit: Int
    }

    @Test(.enabled(if: Lab.has("chromium"), "needs chromium"))
    func `Chromium decodes what comes through a pipe`() async throws {
        let watched: Watched = try await Lab.script("split_room.py", ["--browser", "chromium"])
        #expect(watched.decoded > 60 && watched.piped > 100 && watched.exit == 0)
    }
}
