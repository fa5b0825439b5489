import Foundation
import Pacer
import Testing
import Timing

// The README's example, word for word.
/// When each frame of a camera leaves; `arrivals` are whole frames, in order.
func departures(of arrivals: [(timestamp: UInt32, at: Instant)]) -> [Instant] {
    var session = PacedSession()
    let video = session.addTrack(.video, clockRate: 90_000)
    var departures: [Instant] = []
    for (number, arrival) in arrivals.enumerated() {
        while let deadline = session.nextDeadline, deadline < arrival.at {
            // A host would sleep until the deadline.
            session.advance(to: deadline)
            while session.nextDeparture() != nil { departures.append(deadline) }
        }
        let frame = PacedPacket(
            payload: number, track: video, timestamp: arrival.timestamp, byteCount: 9_000)
        _ = session.enqueue(frame, at: arrival.at)
    }
    return departures
}

@Suite struct ReadmeTests {
    @Test func `the example makes even frames of bursts`() {
        let begin = Instant(nanoseconds: 1_000_000_000)
        let sent = departures(
            of: (0..<500).map { number in
                (UInt32(number) * 3_600, begin + .milliseconds(Int64(number / 5 + 1) * 200))
            })
        let steps = zip(sent.dropFirst(), sent).map { $0 - $1 }.dropFirst(100)
        #expect(steps.count > 350)
        #expect(steps.allSatisfy { $0 > .milliseconds(38) && $0 < .milliseconds(42) })
    }

    @Test func `the README shows it as it is compiled here`() throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent()
        let here = try String(contentsOf: URL(filePath: #filePath), encoding: .utf8)
        let readme = try String(
            contentsOf: folder.appending(path: "../../README.md"), encoding: .utf8)
        let begin = try #require(here.range(of: "/// When each frame"))
        let end = try #require(here.range(of: "\n}\n", range: begin.upperBound..<here.endIndex))
        #expect(readme.contains(here[begin.lowerBound..<end.upperBound]))
    }
}
