import MediaFile
import Testing
import Timing

@testable import Relaying

/// A clip's samples, handed out at their moments.
@Suite struct ClipPlayTests {
    static let start = Instant(nanoseconds: 5_000_000_000)

    /// So many pictures of 30 a second, and as much sound of 50 frames a second.
    private static func clip(pictures: Int, from first: Int = 0) -> [ClipSample] {
        var samples: [ClipSample] = []
        for index in first..<first + pictures {
            samples.append(
                ClipSample(
                    .picture, timestamp: Int64(index) * 3000, duration: 3000, bytes: [1],
                    isKeyframe: index == 0))
            for sound in index * 5 / 3..<(index + 1) * 5 / 3 {
                let time = Int64(sound) * 960
                samples.append(ClipSample(.sound, timestamp: time, duration: 960, bytes: [2]))
            }
        }
        return samples
    }

    private static func play() -> ClipPlay {
        var format = ClipFormat()
        format.sound = .opus(channelCount: 2)
        return ClipPlay(format)
    }

    /// The moments at which pictures and sound come out, in ms from the beginning.
    private static func moments(
        _ play: inout ClipPlay, until end: Interval
    ) -> (pictures: [Int64], sound: [Int64]) {
        var (pictures, sound): ([Int64], [Int64]) = ([], [])
        while let due = play.nextDeadline, due <= start + end {
            while let event = play.next(at: due) {
                let moment = (due - start).nanoseconds / 1_000_000
                switch event {
                case .picture(_, let time):
                    #expect(start + time == due)
                    pictures.append(moment)
                case .sound(_, let time):
                    #expect(start + time == due)
                    sound.append(moment)
                case .playing, .interrupted: Issue.record("a clip has nothing to say")
                }
            }
        }
        return (pictures, sound)
    }

    @Test func `nothing plays before it begins, everything at its moment after`() {
        var play = Self.play()
        play.supply(Self.clip(pictures: 30), isEnd: true)
        let early = play.next(at: Self.start)
        #expect(play.nextDeadline == nil && early == nil && !play.isPlaying)
        play.begin(at: Self.start)
        #expect(play.isPlaying && !play.isOver)
        let moments = Self.moments(&play, until: .seconds(1))
        #expect(moments.pictures == (0..<30).map { Int64($0) * 1000 / 30 })
        #expect(moments.sound == (0..<50).map { Int64($0) * 20 })
        #expect(play.isOver && !play.isPlaying && play.nextDeadline == nil)
    }

    @Test func `more is asked for once, two seconds before it is needed`() {
        var play = Self.play()
        play.supply(Self.clip(pictures: 90), isEnd: false)
        play.begin(at: Self.start)
        let demands = [900, 1000, 1000].map { moment in
            play.takeDemand(at: Self.start + .milliseconds(moment))
        }
        #expect(demands == [false, true, false])
        play.supply(Self.clip(pictures: 90, from: 90), isEnd: true)
        let another = play.takeDemand(at: Self.start + .seconds(9))
        #expect(!another, "there is no more")
        let moments = Self.moments(&play, until: .seconds(6))
        #expect(moments.pictures.count == 180)
        #expect(play.isOver)
    }

    @Test func `what is overdue comes at once, in order`() {
        var play = Self.play()
        play.supply(Self.clip(pictures: 6), isEnd: true)
        play.begin(at: Self.start)
        var pictures: [Int64] = []
        while let event = play.next(at: Self.start + .seconds(10)) {
            if case .picture(let unit, _) = event { pictures.append(unit.timestamp) }
        }
        #expect(pictures == (0..<6).map { $0 * 3000 } && play.isOver)
    }
}
