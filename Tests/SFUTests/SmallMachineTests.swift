import Testing
import Wire

@testable import SFU

@Suite struct SegmentedRunTests {
    @Test func `admits equal lengths and one shorter at the end`() {
        var run = SegmentedRun()
        for length in [1000, 1000, 400] {
            #expect(run.admits(length))
            run.append(length, payload: length)
        }
        #expect(!run.admits(400) && !run.admits(1000), "the shorter one was the last")
        #expect(run.count == 3 && run.byteCount == 2400 && run.segmentLength == 1000)
    }

    @Test func `admits nothing longer than its first`() {
        var run = SegmentedRun()
        run.append(500, payload: 500)
        #expect(!run.admits(501) && run.admits(500))
    }

    @Test func `ends at what the kernel takes at once`() {
        var many = SegmentedRun()
        while many.admits(100) { many.append(100, payload: 100) }
        #expect(many.count == 64)
        var large = SegmentedRun()
        while large.admits(1400) { large.append(1400, payload: 1400) }
        #expect(large.byteCount <= 65_000 && large.count == 46)
    }
}

@Suite struct DropReasonTests {
    @Test(arguments: [
        (DropReason.malformedRTP, "malformed_rtp"), (.unauthenticatedSTUN, "unauthenticated_stun"),
        (.slabExhausted, "slab_exhausted"), (.malformedSRTP, "malformed_srtp"),
        (.replayed, "replayed"), (.beforeStart, "before_start"),
    ]) func `labels are words in snake case, acronyms among them`(
        reason: DropReason, label: String
    ) {
        #expect(reason.label == label)
    }

    @Test func `every reason has a label of its own`() {
        let labels = Set(DropReason.allCases.map(\.label))
        #expect(labels.count == DropReason.allCases.count)
    }
}

@Suite struct OutboxTests {
    static let somewhere = Endpoint(ipv4: 1, port: 1)

    @Test func `gives datagrams back in order, as many as the arena holds`() {
        var outbox = Outbox()
        var arena = SendArena(capacity: 250)
        for octet in [UInt8](0..<3) {
            let isTaken = outbox.append([UInt8](repeating: octet, count: 100), to: Self.somewhere)
            #expect(isTaken)
        }
        let first = outbox.nextTransmit(into: &arena)
        let second = outbox.nextTransmit(into: &arena)
        let refused = outbox.nextTransmit(into: &arena)
        #expect(first?.offset == 0 && second?.offset == 100 && refused == nil)
        #expect(!outbox.isEmpty)
        arena.removeAll()
        let last = outbox.nextTransmit(into: &arena)
        #expect(last?.byteCount == 100 && outbox.isEmpty)
    }

    @Test func `refuses what is beyond its bound`() {
        var outbox = Outbox()
        var taken = 0
        while outbox.append([1], to: Self.somewhere), taken < 100_000 { taken += 1 }
        #expect(taken == 8192)
    }
}
