import SFU
import Testing
import Timing
import Wire

/// A loop that only looks on at a room: told all a branch is told, and in nobody's way.
@Suite struct ObserverTests {
    @Test func `who looks on before anybody is there is told when somebody sends`() throws {
        var meeting = Meeting(seed: 41)
        var observer = Observer()
        let isSending = try meeting.world[0].observe(room: "room", from: 5, at: meeting.world.now)
        #expect(!isSending && meeting.statistics(0).roomCount == 0, "it opens no room")
        meeting.world.run(for: .seconds(1))
        try observer.drain(&meeting.world[0], at: meeting.world.now)
        #expect(observer.told.isEmpty)
        _ = try meeting.publisher()
        meeting.world.run(for: .milliseconds(1))
        try observer.drain(&meeting.world[0], at: meeting.world.now)
        #expect(
            observer.told == [.branchOpened, .producerOpened, .producerOpened, .announced])
        for _ in 0..<20 {
            meeting.world.run(for: .milliseconds(100))
            try observer.drain(&meeting.world[0], at: meeting.world.now)
        }
        #expect(observer.told.contains(.streamBegan) && observer.told.contains(.senderReport))
        #expect(observer.packetCount > 200)
    }

    @Test func `an observed room closes with its last peer, and is told of when it opens again`()
        throws
    {
        var meeting = Meeting(seed: 42)
        var observer = Observer()
        _ = try meeting.publisher()
        meeting.world.run(for: .seconds(1))
        let now = meeting.world.now
        let isSending = try meeting.world[0].observe(room: "room", from: 5, at: now)
        #expect(isSending)
        try observer.drain(&meeting.world[0], at: now)
        meeting.world.run(for: .seconds(1))
        try meeting.world[0].leave(peer: "alice", room: "room", at: meeting.world.now)
        meeting.world.run(for: .milliseconds(1))
        #expect(meeting.statistics(0).roomCount == 0 && meeting.statistics(0).branchCount == 0)
        observer.told = []
        try observer.drain(&meeting.world[0], at: meeting.world.now)
        #expect(observer.told.suffix(3) == [.producerClosed, .producerClosed, .branchClosed])
        _ = try meeting.publisher("beth")
        meeting.world.run(for: .seconds(1))
        observer.told = []
        try observer.drain(&meeting.world[0], at: meeting.world.now)
        #expect(observer.told.first == .branchOpened && observer.told.contains(.announced))
    }

    @Test func `looking on twice is the same, and its end is told`() throws {
        var meeting = Meeting(seed: 43)
        var observer = Observer()
        _ = try meeting.publisher()
        meeting.world.run(for: .seconds(1))
        for _ in 0..<2 {
            let now = meeting.world.now
            let isSending = try meeting.world[0].observe(room: "room", from: 5, at: now)
            #expect(isSending)
        }
        try observer.drain(&meeting.world[0], at: meeting.world.now)
        #expect(observer.told.filter { $0 == .branchOpened }.count == 1)
        meeting.world.run(for: .seconds(1))
        meeting.world[0].stopObserving(room: "room", from: 5, at: meeting.world.now)
        try observer.drain(&meeting.world[0], at: meeting.world.now)
        #expect(observer.told.last == .branchClosed)
        let piped = meeting.statistics(0).totals.pipedPackets
        #expect(piped > 50)
        meeting.world.run(for: .seconds(1))
        #expect(meeting.statistics(0).totals.pipedPackets == piped)
        _ = try meeting.publisher("beth")
        meeting.world.run(for: .milliseconds(1))
        let isTold = meeting.world[0].hasFrames(for: 5)
        #expect(!isTold, "nobody looks on any more")
    }

    @Test func `the newest pictures come at once, behind their sender's clock`() throws {
        var meeting = Meeting(seed: 44)
        var observer = Observer()
        let publisher = try meeting.publisher()
        meeting.world.run(for: .seconds(1))
        _ = try meeting.viewer("near")
        meeting.world.run(for: .milliseconds(400))
        let asked = meeting.publication(publisher).keyframeRequestCount
        _ = try meeting.world[0].observe(room: "room", from: 5, at: meeting.world.now)
        try observer.drain(&meeting.world[0], at: meeting.world.now)  // what there is
        try observer.drain(&meeting.world[0], at: meeting.world.now)  // what is wanted of it
        let report = try #require(observer.told.firstIndex(of: .senderReport))
        let packet = try #require(observer.told.firstIndex(of: .packet))
        #expect(report < packet && observer.packetCount > 20)
        #expect(meeting.publication(publisher).keyframeRequestCount == asked)
    }

    @Test func `a name that can be no room's is refused`() throws {
        var meeting = Meeting(seed: 45)
        #expect(throws: SessionError.malformedName("")) {
            _ = try meeting.world[0].observe(room: "", from: 5, at: meeting.world.now)
        }
    }
}

/// The loop that looks on: it wants everything.
private struct Observer {
    var told: [PipeFrame.Kind] = []
    private(set) var packetCount = 0

    mutating func drain(_ worker: inout Worker, at now: Instant) throws {
        var slot = [UInt8](repeating: 0, count: PipeFrame.byteLimit)
        var wanted: [UInt32] = []
        while worker.hasFrames(for: 5) {
            let count = slot.withUnsafeMutableBytes { worker.nextFrame(to: 5, into: $0) }
            guard let count else { break }
            var reader = ByteReader(slot.span.bytes.extracting(..<count))
            let frame = try PipeFrame(parsing: &reader)
            told.append(frame.kind)
            if frame.kind == .packet { packetCount += 1 }
            if frame.kind == .producerOpened { wanted.append(frame.number) }
        }
        for number in wanted {
            var answer = [UInt8](repeating: 0, count: PipeFrame.headByteCount)
            answer.withUnsafeMutableBytes { out in
                if let base = out.baseAddress { PipeFrame(.producerWanted, number).write(to: base) }
            }
            worker.receiveFrame(answer.span.bytes, from: 5, at: now)
        }
    }
}
