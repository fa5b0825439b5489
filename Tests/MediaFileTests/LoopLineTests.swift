import Testing

@testable import MediaFile

/// Rounds of a clip on one line of time.
@Suite struct LoopLineTests {
    /// Plays `rounds` rounds of pictures at `step` and sound of `soundCount` frames from `soundStart` on.
    private static func play(
        pictures: Int, step: Int64 = 3000, sound: Int, from soundStart: Int64 = 0,
        frame: Int64 = 960, rounds: Int
    ) -> (pictures: [Int64], sound: [Int64]) {
        var line = LoopLine(soundRate: 48_000)
        var (pictureTimes, soundTimes): ([Int64], [Int64]) = ([], [])
        for round in 0..<rounds {
            if round > 0 { line.beginRound() }
            for index in 0..<pictures {
                var sample = ClipSample(
                    .picture, timestamp: Int64(index) * step, duration: 0, bytes: [])
                _ = line.place(&sample)  // pictures always have room
                pictureTimes.append(sample.timestamp)
            }
            for index in 0..<sound {
                var sample = ClipSample(
                    .sound, timestamp: soundStart + Int64(index) * frame, duration: frame, bytes: []
                )
                if line.place(&sample) { soundTimes.append(sample.timestamp) }
            }
        }
        return (pictureTimes, soundTimes)
    }

    @Test(arguments: [Int64(3000), 3003, 3600, 90_000])
    func `pictures follow each other evenly over every seam`(step: Int64) {
        let times = Self.play(pictures: 7, step: step, sound: 0, rounds: 5).pictures
        #expect(times == (0..<35).map { $0 * step })
    }

    /// A round is a second long, and 50 frames of sound.
    @Test(arguments: [
        (50, Int64(0)), (51, 0), (52, 0), (50, 300), (50, -312), (51, -1024), (50, -1500),
    ])
    func `sound that fills the pictures' time goes on without a gap`(count: Int, start: Int64) {
        let times = Self.play(pictures: 30, sound: count, from: start, rounds: 8).sound
        for (before, after) in zip(times, times.dropFirst()) { #expect(after - before == 960) }
        for round in 1..<8 {  // and stays with its pictures, by half a frame and what lay over
            let first = times.first { $0 >= round * 48_000 - 480 } ?? 0
            #expect(abs(first - Int64(round) * 48_000) <= 960)
        }
    }

    @Test func `what sound lacks is a gap of whole frames`() {
        let times = Self.play(pictures: 30, sound: 47, rounds: 3).sound
        let gaps = zip(times, times.dropFirst()).map { $1 - $0 }.filter { $0 != 960 }
        #expect(gaps == [960 * 4, 960 * 4])
    }

    @Test func `sound whose frames do not divide the round never drifts`() {
        var line = LoopLine(soundRate: 44_100)
        var last = Int64(-1024)
        for round in 0..<200 {
            if round > 0 { line.beginRound() }
            for index in 0..<31 {  // 31 pictures of 30 a second
                var picture = ClipSample(
                    .picture, timestamp: Int64(index) * 3000, duration: 3000, bytes: [])
                _ = line.place(&picture)
            }
            for index in 0..<45 {  // 44.5 frames of 1024 would fill it
                var sample = ClipSample(
                    .sound, timestamp: Int64(index) * 1024, duration: 1024, bytes: [])
                let nominal = sample.timestamp + Int64(round) * 93_000 * 44_100 / 90_000
                guard line.place(&sample) else { continue }
                #expect(sample.timestamp - last == 1024, "round \(round)")
                #expect(abs(sample.timestamp - nominal) <= 512)
                last = sample.timestamp
            }
        }
    }
}
