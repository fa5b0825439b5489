import Foundation
import Pacer
import Testing
import Timing

// The README's example, word for word.
/// When each frame of a camera leaves; `arrivals` are whole frames, in order.
func departures(of arrivals: [(timestamp: UInt32, isKeyframe: Bool, at: Instant)]) -> [Instant] {
    var session = PacedSession()
    let video = session.addTrack(.video, clockRate: 90_000)
    var departures: [Instant] = []
    func leave(before end: Instant?) {
        while let deadline = session.nextDeadline, end.map({ deadline < $0 }) ?? true {
            session.advance(to: deadline)  // a host would sleep until then
            while let departure = session.nextDeparture() {
                if departure.dropReason == nil { departures.append(deadline) }
            }
        }
    }
    for (number, arrival) in arrivals.enumerated() {
        leave(before: arrival.at)
        let frame = PacedPacket(
            payload: number, track: video, timestamp: arrival.timestamp, byteCount: 9_000,
            isKeyframe: arrival.isKeyframe)
        _ = session.enqueue(frame, at: arrival.at)
    }
    leave(before: nil)
    return departures
}

@Suite struct ReadmeTests {
    @Test func `the example makes even frames of bursts`() {
        let begin = Instant(nanoseconds: 1_000_000_000)
        let arrivals = (0..<500).map { number in
            let burst = Int64(number / 5 + 1)
            return (
                timestamp: UInt32(number) * 3_600, isKeyframe: number.isMultiple(of: 25),
                at: begin + .milliseconds(burst * 200)
            )
        }
        let sent = departures(of: arrivals)
        #expect(sent.count == arrivals.count)
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
