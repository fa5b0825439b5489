import Muxer
import Testing
import Timing

/// What a playlist says of its durations: exact enough for a day, and steady.
@Suite struct PlaylistTargetTests {
    /// Segments that last so long each, in parts that are as long as these, over and over.
    private static func file(
        segments: [Interval], parts: [Interval] = [.milliseconds(200)], isFinished: Bool = false
    ) -> MediaPlaylist.File {
        var file = MediaPlaylist.File(
            header: IndexHeader(container: .mpegts, formats: []), segments: [],
            isFinished: isFinished, addresses: .cuts(folder: "a.ts/"))
        var (start, offset) = (Interval.zero, UInt64(0))
        for duration in segments {
            var left = duration
            let first = offset
            for number in 0... where left > .zero {
                let length = min(parts[number % parts.count], left)
                file.parts.append(
                    IndexedPart(
                        offset: offset, byteCount: 188, start: start + duration - left,
                        duration: length, isIndependent: number == 0))
                (left, offset) = (left - length, offset + 188)
                if left == .zero { break }
            }
            file.segments.append(
                IndexedPart(
                    offset: first, byteCount: UInt32(offset - first), start: start,
                    duration: duration, isIndependent: true))
            start = start + duration
        }
        return file
    }

    @Test func `the durations of a day add up to it, whatever the camera's clock`() {
        // A clock that is slow by 100 ppm: each segment is rounded the same way.
        let segment = Interval(nanoseconds: 1_999_800_020)
        let count = 43_200
        let playlist = MediaPlaylist(
            files: [
                Self.file(
                    segments: Array(repeating: segment, count: count), parts: [segment],
                    isFinished: true)
            ], isEnded: true)
        let sum = playlist.text().split(separator: "\n").reduce(0.0) { sum, line in
            guard line.hasPrefix("#EXTINF:") else { return sum }
            return sum + (Double(line.dropFirst(8).dropLast()) ?? 0)
        }
        #expect(abs(sum - Double(count) * 1.999800020) < 0.03, "\(sum)")
    }

    @Test func `a pause of the source raises the part target as long as it is listed`() {
        let pause = Self.file(segments: [.seconds(4)], parts: [.milliseconds(200), .seconds(3)])
        var playlist = MediaPlaylist(files: [pause], isEnded: false)
        #expect(playlist.partTarget == .seconds(3))
        func behind(_ count: Int) -> MediaPlaylist {
            let file = Self.file(segments: Array(repeating: .seconds(2), count: count))
            return MediaPlaylist(files: [pause, file], isEnded: false)
        }
        playlist = behind(5)
        #expect(playlist.partTarget == .seconds(3), "its parts are listed behind another file too")
        playlist = behind(6)
        #expect(playlist.partTarget == .milliseconds(200))
        let listed = playlist.text().split(separator: "\n").filter {
            $0.hasPrefix("#EXT-X-PART:DURATION=3")
        }
        #expect(listed.isEmpty)
    }

    @Test(arguments: [0.0, 0.2, 0.233_333_4, 0.9])
    func `no part that is listed is longer than the part target`(longest: Double) throws {
        let part = Interval(nanoseconds: Int64(longest * 1e9))
        let file = Self.file(
            segments: Array(repeating: .seconds(2), count: 4),
            parts: [.milliseconds(200), max(part, .milliseconds(1))])
        let lines = MediaPlaylist(files: [file], isEnded: false).text().split(separator: "\n")
        let target = try #require(
            lines.first { $0.hasPrefix("#EXT-X-PART-INF:PART-TARGET=") }
                .flatMap { Double($0.dropFirst(28)) })
        for line in lines where line.hasPrefix("#EXT-X-PART:DURATION=") {
            let duration = Double(line.dropFirst(21).prefix { $0 != "," })
            #expect(try #require(duration) <= target)
        }
    }

    @Test func `the target duration is what segments round to, and never falls`() {
        // A key frame each four seconds, give or take 50 ms.
        let uneven = Self.file(segments: [.milliseconds(3_960), .milliseconds(4_050)])
        var playlist = MediaPlaylist(files: [uneven], isEnded: false)
        #expect(playlist.targetDuration == 4)
        let longer = MediaPlaylist(
            files: [uneven, Self.file(segments: [.milliseconds(7_600)])], isEnded: false)
        #expect(longer.targetDuration == 8)
        playlist.announcedTarget = longer.targetDuration
        #expect(playlist.targetDuration == 8)
        #expect(playlist.text().contains("#EXT-X-TARGETDURATION:8\n"))
    }
}
