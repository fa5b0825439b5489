import Testing
import Timing

@testable import Recording

/// Which recordings go, and which never do.
@Suite struct RetentionTests {
    private static func recording(_ name: String, _ byteCount: UInt64, at seconds: Int64)
        -> Retention.Candidate
    {
        Retention.Candidate(name: name, byteCount: byteCount, modifiedSeconds: seconds)
    }

    private static let three = [
        recording("c", 300, at: 30), recording("a", 100, at: 10), recording("b", 200, at: 20),
    ]

    private static func expired(
        _ retention: Retention, growing: UInt64 = 0, free: UInt64 = 1 << 40, needed: UInt64 = 0,
        now: Int64 = 40, busy: Set<String> = []
    ) -> [String] {
        var gone: [String] = []
        retention.expire(
            three, growingBytes: growing, freeBytes: free, neededBytes: needed, now: now
        ) { recording in
            guard !busy.contains(recording.name) else { return false }
            gone.append(recording.name)
            return true
        }
        return gone
    }

    @Test func `nothing goes where nobody has said so, not even from a full disk`() {
        #expect(Self.expired(Retention(), free: 0, needed: 1 << 40).isEmpty)
    }

    @Test func `what is too old goes`() {
        #expect(Self.expired(Retention(age: .seconds(20))) == ["a"])
        #expect(Self.expired(Retention(age: .seconds(5))) == ["a", "b", "c"])
        #expect(Self.expired(Retention(age: .seconds(30))).isEmpty)
    }

    @Test func `the oldest go until the rest is small enough, what grows included`() {
        #expect(Self.expired(Retention(totalBytes: 600)).isEmpty)
        #expect(Self.expired(Retention(totalBytes: 599)) == ["a"])
        #expect(Self.expired(Retention(totalBytes: 599), growing: 200) == ["a", "b"])
        #expect(Self.expired(Retention(totalBytes: 0)) == ["a", "b", "c"])
    }

    @Test func `the oldest go until enough is free`() {
        #expect(Self.expired(Retention(freeBytes: 1000), free: 1000).isEmpty)
        #expect(Self.expired(Retention(freeBytes: 1000), free: 900) == ["a"])
        #expect(Self.expired(Retention(freeBytes: 1000), free: 899) == ["a", "b"])
        #expect(Self.expired(Retention(age: .seconds(99)), free: 1, needed: 100) == ["a"])
    }

    @Test func `what somebody is at work on makes no room: the next one goes`() {
        #expect(Self.expired(Retention(totalBytes: 599), busy: ["a"]) == ["b"])
        #expect(Self.expired(Retention(freeBytes: 1000), free: 900, busy: ["a"]) == ["b"])
        #expect(Self.expired(Retention(totalBytes: 0), busy: ["b"]) == ["a", "c"])
    }
}
