import RTP
import SFU
import Simulation
import Testing
import Timing
import Wire

/// What a pipe does under strain, and what it shows to readers that are no workers.
@Suite struct PipeTests {
    @Test func `a late loop costs its own viewers packets, and a key frame mends it`() throws {
        var meeting = Meeting(seed: 21, loops: 2)
        let publisher = try meeting.publisher()
        meeting.world.run(for: .seconds(1))
        let (near, far) = (try meeting.viewer("near", on: 0), try meeting.viewer("far", on: 1))
        meeting.world.run(for: .seconds(3))
        let asked = meeting.publication(publisher).keyframeRequestCount
        meeting.world.pipes.capacity = 20
        meeting.world.pipes.delay = .milliseconds(400)
        meeting.world.run(for: .seconds(1))
        #expect(meeting.statistics(0).drops[.pipeFull] > 50)
        let duringStall = meeting.publication(publisher).keyframeRequestCount - asked
        #expect(duringStall <= 1, "not for a loop that would lose the key frame too")
        meeting.world.pipes = PipeConditions()
        meeting.world.run(for: .seconds(1))
        let afterStall = meeting.publication(publisher).keyframeRequestCount - asked
        #expect((1...3).contains(afterStall - duringStall), "once it is in time again")
        let before = meeting.reception(far).completeFrameCount
        meeting.world.run(for: .seconds(3))
        #expect(meeting.reception(far).completeFrameCount > before + 85, "all frames again")
        #expect(meeting.reception(near).disorderCount == 0, "at home nothing was to be noticed")
    }

    @Test func `what happens while a pipe is full is told when it is not`() throws {
        var meeting = Meeting(seed: 22, loops: 2)
        let first = try meeting.publisher()
        meeting.world.run(for: .seconds(1))
        let far = try meeting.viewer("far", on: 1)
        meeting.world.run(for: .seconds(1))
        meeting.world.pipes.capacity = 0
        meeting.world.kill(first)
        _ = try meeting.publisher()
        meeting.world.run(for: .milliseconds(500))
        #expect(meeting.reception(far).publicationCount == 1)
        meeting.world.pipes = PipeConditions()
        meeting.world.run(for: .seconds(2))
        let seen = meeting.reception(far)
        #expect(seen.publicationCount == 2 && seen.disorderCount == 0)
        #expect(seen.completeFrameCount > 40)
    }

    @Test func `the same seed gives the same datagrams on both loops`() throws {
        var traces: Set<UInt64> = []
        for _ in 0..<2 {
            var meeting = Meeting(seed: 23, loops: 2)
            _ = try meeting.publisher("alice", .init(lossPerTenThousand: 300))
            meeting.world.run(for: .seconds(1))
            _ = try meeting.viewer("near", on: 0, .init(lossPerTenThousand: 300))
            _ = try meeting.viewer("far", on: 1, .init(lossPerTenThousand: 300))
            meeting.world.run(for: .seconds(4))
            traces.insert(meeting.world.trace.value)
        }
        #expect(traces.count == 1)
    }

    @Test func `a loop that has ended is piped nothing, and keeps no room alive`() throws {
        var meeting = Meeting(seed: 29, loops: 2)
        _ = try meeting.publisher()
        meeting.world.run(for: .seconds(1))
        _ = try meeting.viewer("far", on: 1)
        meeting.world.run(for: .seconds(1))
        meeting.world[0].loopEnded(1, at: meeting.world.now)
        let piped = meeting.statistics(0).totals.pipedPackets
        meeting.world.run(for: .seconds(1))
        #expect(meeting.statistics(0).totals.pipedPackets == piped)
        #expect(throws: SessionError.busy) { try meeting.openBranch() }
        try meeting.world[0].leave(peer: "alice", room: "room", at: meeting.world.now)
        #expect(meeting.statistics(0).roomCount == 0)
        meeting.world[1].loopEnded(0, at: meeting.world.now)
        let left = meeting.statistics(1)
        #expect(left.branchCount == 0 && left.transportCount == 0 && left.heldPacketCount == 0)
    }

    @Test func `one who cannot watch closes no branch that another is on the way to`() throws {
        var meeting = Meeting(seed: 24, loops: 2)
        _ = try meeting.publisher()
        meeting.world.run(for: .seconds(1))
        try meeting.openBranch()
        #expect(meeting.statistics(1).branchCount == 1)
        #expect(throws: SessionError.nothingToConsume(room: "room")) {
            try meeting.viewer("far", on: 1, of: "nobody")
        }
        #expect(throws: SessionError.malformedName("")) { try meeting.viewer("", on: 1) }
        #expect(meeting.statistics(1).branchCount == 1)
        let far = try meeting.viewer("far", on: 1)
        meeting.world.run(for: .seconds(2))
        #expect(meeting.reception(far).completeFrameCount > 45)
    }

    @Test func `a branch that nobody comes to is given up after five seconds`() throws {
        var meeting = Meeting(seed: 28, loops: 2)
        _ = try meeting.publisher()
        meeting.world.run(for: .seconds(1))
        try meeting.openBranch()
        meeting.world.run(for: .seconds(4))
        #expect(meeting.statistics(1).branchCount == 1)
        meeting.world.run(for: .seconds(2))
        #expect(meeting.statistics(1).branchCount == 0)
        #expect(meeting.statistics(0).totals.pipedPackets == 0, "nothing was wanted")
        try meeting.world[0].leave(peer: "alice", room: "room", at: meeting.world.now)
        #expect(meeting.statistics(0).roomCount == 0)
    }

    @Test func `only what is wanted crosses, and no longer than it is`() throws {
        var meeting = Meeting(seed: 29, loops: 2)
        _ = try meeting.publisher("alice")
        _ = try meeting.publisher("beth")
        meeting.world.run(for: .seconds(1))
        let far = try meeting.viewer("far", on: 1, of: "beth")
        _ = try meeting.viewer("stays", on: 1, of: "alice")
        meeting.world.run(for: .seconds(1))
        try meeting.world[1].leave(peer: "stays", room: "room", at: meeting.world.now)
        meeting.world.run(for: .milliseconds(1))
        let before = meeting.statistics(0).totals
        meeting.world.run(for: .seconds(2))
        let after = meeting.statistics(0).totals
        let received = after.receivedPackets - before.receivedPackets
        let piped = after.pipedPackets - before.pipedPackets
        #expect(piped * 10 > received * 3 && piped * 10 < received * 7, "one publisher of two")
        let again = try meeting.viewer("again", on: 1, of: "alice")
        meeting.world.run(for: .seconds(2))
        #expect(meeting.reception(again).startsWithKeyframe)
        #expect(meeting.reception(again).completeFrameCount > 45)
        #expect(meeting.reception(far).disorderCount == 0)
    }

    @Test func `a branch told of again goes on, and the older number means nothing`() throws {
        var meeting = Meeting(seed: 25, loops: 2)
        _ = try meeting.publisher()
        meeting.world.run(for: .seconds(1))
        let far = try meeting.viewer("far", on: 1)
        meeting.world.run(for: .seconds(1))
        try meeting.openBranch()
        meeting.world.run(for: .seconds(1))
        let seen = meeting.reception(far)
        #expect(seen.disorderCount == 0 && seen.duplicateCount == 0 && seen.frameCount > 55)
        #expect(meeting.statistics(1).branchCount == 1)
    }

    @Test func `a reader that is no worker has all of a room from its frames`() throws {
        var meeting = Meeting(seed: 27, loops: 2)
        let publisher = try meeting.publisher("alice", .init(lossPerTenThousand: 200))
        meeting.world.run(for: .seconds(1))
        try meeting.world[0].openBranch(ofRoom: "room", on: 7, at: meeting.world.now)
        var reader = FrameReader()
        for _ in 0..<50 {
            meeting.world.run(for: .milliseconds(100))
            let now = meeting.world.now
            try reader.drain(&meeting.world[0], at: now)
        }
        #expect(reader.room == "room" && reader.tracks.map(\.peer) == ["alice", "alice"])
        #expect(Set(reader.tracks.map(\.codec.codec)) == [.opus, .vp8])
        let sent = meeting.publication(publisher).packetCount
        #expect(reader.numbers.count > sent * 9 / 10 && reader.reportCount > 4)
        let (first, last) = (try #require(reader.numbers.min()), try #require(reader.numbers.max()))
        #expect(last - first + 1 - reader.numbers.count < 10, "what was lost came again")
        try meeting.world[0].leave(peer: "alice", room: "room", at: meeting.world.now)
        let now = meeting.world.now
        try reader.drain(&meeting.world[0], at: now)
        #expect(reader.tracks.isEmpty)
        #expect(meeting.statistics(0).roomCount == 1, "the reader is still there")
        let bytes = FrameReader.frame(.branchLeft, reader.branch)
        meeting.world[0].receiveFrame(bytes.span.bytes, from: 7, at: meeting.world.now)
        #expect(meeting.statistics(0).roomCount == 0)
    }

    @Test func `frames of no sense are counted, and change nothing`() throws {
        var meeting = Meeting(seed: 26, loops: 2)
        _ = try meeting.publisher()
        meeting.world.run(for: .seconds(1))
        _ = try meeting.viewer("far", on: 1)
        meeting.world.run(for: .seconds(1))
        for kind in [UInt8](0...255) {
            for length in [1, 7, 8, 12, 30] {
                let bytes = [kind] + [UInt8](repeating: 0xEE, count: length)
                meeting.world[1].receiveFrame(bytes.span.bytes, from: 5, at: meeting.world.now)
            }
        }
        meeting.world.run(for: .seconds(1))
        let statistics = meeting.statistics(1)
        #expect(statistics.drops[.malformedFrame] > 1200 && statistics.branchCount == 1)
    }
}

/// What a recorder would read of a room: its tracks, and their packets in the clear.
private struct FrameReader {
    var room = ""
    var branch: UInt32 = 0
    var tracks: [ProducedTrack] = []
    var numbers: Set<Int> = []  // of the picture's packets
    var reportCount = 0
    private var answers: [[UInt8]] = []
    private var unwrapper = SequenceUnwrapper()

    mutating func drain(_ worker: inout Worker, at now: Instant) throws {
        var slot = [UInt8](repeating: 0, count: PipeFrame.byteLimit)
        while worker.hasFrames(for: 7) {
            let count = slot.withUnsafeMutableBytes { worker.nextFrame(to: 7, into: $0) }
            guard let count else { return }
            try read(slot.span.bytes.extracting(..<count))
        }
        for answer in answers { worker.receiveFrame(answer.span.bytes, from: 7, at: now) }
        answers.removeAll()
    }

    private mutating func read(_ bytes: RawSpan) throws {
        var reader = ByteReader(bytes)
        let frame = try PipeFrame(parsing: &reader)
        switch frame.kind {
        case .branchOpened:
            (room, branch) = (try BranchOpening(parsing: &reader).room, frame.number)
        case .producerOpened:
            #expect(try reader.readUInt32() == branch)
            tracks.append(try ProducedTrack(number: frame.number, parsing: &reader))
            answers.append(Self.frame(.producerWanted, frame.number))
        case .producerClosed: tracks.removeAll { $0.number == frame.number }
        case .senderReport: reportCount += 1
        case .packet:
            let layout = try RTPLayout(parsing: reader.readRest())
            let track = tracks.first { $0.number == frame.number }
            guard track?.codec.payloadType == layout.header.payloadType,
                track?.codec.codec == .vp8
            else { return }
            numbers.insert(Int(unwrapper.unwrap(layout.header.sequenceNumber)))
        case .announced, .streamBegan, .branchClosed, .producerWanted, .producerUnwanted,
            .keyframeWanted, .branchLeft:
            return
        }
    }

    static func frame(_ kind: PipeFrame.Kind, _ number: UInt32) -> [UInt8] {
        [kind.rawValue, 0, 0, 0, 0, 0, 0, UInt8(number)]
    }
}
