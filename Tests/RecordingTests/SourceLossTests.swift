import Testing
import Timing

@testable import Recording

/// What a source has lost is told, with its cause, whatever kind of source it is.
@Suite struct SourceLossTests {
    private static let start = PlainRecorderTests.start

    /// What was told last, in whatever event.
    private static func told(_ event: RecordingEvent) -> RecordingStatistics? {
        switch event {
        case .data(_, let statistics), .counted(let statistics), .finished(let statistics):
            statistics
        case .connected, .began, .stalled, .leftOut, .interrupted, .note: nil
        }
    }

    /// Sends 250 pictures of one packet each, a key frame each 25th, and withholds some.
    private static func send(
        withholding isWithheld: (Int) -> Bool
    ) throws -> RecordingStatistics {
        var recorder = try PlainRecorderTests.recorder()
        var found = RecordingStatistics()
        for number in 0..<250 {
            let now = start + .milliseconds(Int64(40 * number))
            recorder.advance(to: now)
            let bytes = PlainRecorderTests.packet(number, ssrc: 1, isKeyframe: number % 25 == 0)
            if !isWithheld(number) {
                recorder.receive(
                    bytes.span.bytes, from: PlainRecorderTests.sender, onSocket: 0, at: now)
            }
            while let event = recorder.nextEvent() { found = told(event) ?? found }
        }
        recorder.close(at: start + .seconds(10))
        while let event = recorder.nextEvent() { found = told(event) ?? found }
        return found
    }

    @Test
    func `every tenth packet that does not come is missing, and costs the pictures behind it`()
        throws
    {
        let found = try Self.send { $0 % 10 == 9 }
        #expect(found[.packetsMissing] == 24, "the last one is missed by nobody")
        #expect(found[.framesUndecodable] == 160)
        #expect(found[.framesEarly] == 0 && found[.framesUnfit] == 0)
        #expect(found.receivedFrames == 225, "all that came")
        #expect(found.videoFrames + found[.framesUndecodable] == 225)
    }

    @Test func `where nothing is lost nothing is told to be`() throws {
        let found = try Self.send { _ in false }
        for cause in LossCause.allCases { #expect(found[cause] == 0, "\(cause)") }
        #expect(found.videoFrames == 250 && found.receivedFrames == 250)
    }

    @Test func `pictures before the first key frame are early, and not lost`() throws {
        let found = try Self.send { $0 < 10 }
        #expect(found[.framesEarly] == 15 && found[.framesUndecodable] == 0)
        #expect(found[.packetsMissing] == 0 && found.receivedFrames == 240)
    }

    @Test func `a source that never sends a key frame is told of though no file begins`() throws {
        let room = PipedRoom()
        room.record(1)
        room.openWithAlice()
        room.pictures(1..<100, keyframeEvery: 1000)
        #expect(room.statistics[1]?[.framesEarly] ?? 0 > 70)
    }

    @Test func `what makes no sense in a pipe is counted to the recordings of its loop`() {
        let room = PipedRoom()
        room.record(1)
        room.openWithAlice()
        room.pictures(0..<10)
        let frame: [UInt8] = [0xFF]
        room.recorder.receiveFrame(frame.span.bytes, from: 0, at: room.now)
        room.recorder.receiveFrame(frame.span.bytes, from: 1, at: room.now)
        room.remove(1)
        #expect(room.recorder.malformedFrames == 2)
        #expect(room.statistics[1]?[.packetsMalformed] == 1)
    }

    @Test func `what the pipe of a room has lost is missing`() {
        let room = PipedRoom()
        room.record(1)
        room.openWithAlice()
        room.pictures(0..<10)
        room.pictures(13..<50)
        room.remove(1)
        #expect(room.statistics[1]?[.packetsMissing] == 3)
    }
}
