import Codecs
import Muxer
import Testing
import Timing
import Wire

@testable import Recording
@testable import RecordingAPI

/// Files of pictures and sound that are taken home as one.
@Suite struct JoinedTimesTests {
    /// A second of pictures that are shown 80 ms after they are decoded, and sound from so many
    /// milliseconds behind the first of them: what comes before a picture is shown is skipped. Sound is
    /// handed in so many milliseconds ahead.
    private static func record(
        _ file: String, in folder: RecordedFolder, from start: Int64, sound: Int64,
        ahead: Int64 = 0
    ) throws {
        let configuration = try #require(AudioSpecificConfig(sampleRate: 48_000, channelCount: 2))
        var writer = try SegmentWriter(
            [RecordedFolder.h264, .aac(configuration)], container: .fmp4)
        var (output, parts, heard) = (ByteWriter(), [FinishedPart](), 0)
        func soundTime() -> Interval {
            .seconds(start) + .milliseconds(sound)
                + Interval(nanoseconds: Int64(heard) * 1_024_000_000 / 48)
        }
        for number in 0..<10 {
            let time = Interval.seconds(start) + .milliseconds(Int64(number) * 100)
            let picture: [UInt8] = [0, 0, 0, 3, number == 0 ? 0x65 : 0x41, 1, 2]
            _ = try writer.write(
                Sample(
                    track: 0, presentationTime: time + .milliseconds(80), decodeTime: time,
                    isKeyframe: number == 0), payload: picture.span.bytes, into: &output)
            while soundTime() < time + .milliseconds(100 + ahead) {
                let frame: [UInt8] = [1, 2, 3, 4]
                _ = try writer.write(
                    Sample(track: 1, time: soundTime()), payload: frame.span.bytes, into: &output)
                heard += 1
            }
            parts += writer.takeParts()
        }
        writer.end(into: &output)
        parts += writer.takeParts()
        try folder.write(output.bytes, to: file)
        try folder.write(parts.flatMap(\.record) + ClosingMark.bytes, to: file + ".index")
    }

    /// The decode times of each track's fragments, in its own ticks.
    private static func times(_ octets: [UInt8]) -> [Int: [Int]] {
        func number(_ place: Int, _ count: Int) -> Int {
            octets[place..<place + count].reduce(0) { $0 << 8 | Int($1) }
        }
        var (times, track): ([Int: [Int]], Int) = ([:], 0)
        for place in octets.indices.dropLast(16) {
            switch Array(octets[place..<place + 4]) {
            case Array("tfhd".utf8): track = number(place + 8, 4)
            case Array("tfdt".utf8): times[track, default: []].append(number(place + 8, 8))
            default: continue
            }
        }
        return times
    }

    @Test func `sound keeps its distance from the pictures, whatever each file skips`()
        async throws
    {
        let folder = try await RecordedFolder()
        let sounds: [Int64] = [10, 70, 30]
        for (minute, sound) in sounds.enumerated() {
            try Self.record(
                "cam_20260101_00000\(minute).mp4", in: folder, from: Int64(minute) * 60 + 5,
                sound: sound)
        }
        let answer = try await folder.get("/api/v1/recordings/cam/download")
        #expect(answer.status == 200)
        let times = Self.times(answer.octets)
        // The one header skips what the first file's has: of pictures all that comes before sound.
        #expect(MovieEdits.skipped(by: answer.octets) == [900, 0])
        let (pictures, heard) = (try #require(times[1]), try #require(times[2]))
        #expect(pictures == pictures.sorted() && heard == heard.sorted())
        var start = 0.0
        for sound in sounds {
            let picture = try #require(pictures.first { Double($0) / 90_000 > start - 0.001 })
            let frame = try #require(heard.first { Double($0) / 48_000 > start - 0.015 })
            let shown = Double(picture) / 90_000 + 0.08 - 0.01
            let apart = Double(frame) / 48_000 - shown
            #expect(abs(apart - Double(sound - 80) / 1_000) < 0.0001, "\(sound)")
            start += 1
        }
    }

    @Test func `a file goes on where the last one's pictures ended, however far its sound reaches`()
        async throws
    {
        let folder = try await RecordedFolder()
        for second in 0..<3 {
            try Self.record(
                "cam_20260101_00000\(second).mp4", in: folder, from: Int64(second) + 5,
                sound: 90, ahead: 60)
        }
        let times = Self.times(try await folder.get("/api/v1/recordings/cam/download").octets)
        let (pictures, heard) = (try #require(times[1]), try #require(times[2]))
        #expect(pictures.filter { $0 % 90_000 == 0 } == [0, 90_000, 180_000])
        #expect(heard == heard.sorted() && pictures == pictures.sorted())
    }

    @Test func `no cut of a header stops the reading of its edits`() throws {
        let chunk = try RecordedFolder.chunk(.fmp4)
        let header = try #require(chunk.header).initialization
        #expect(MovieEdits.skipped(by: header) == [0])
        for count in header.indices { _ = MovieEdits.skipped(by: Array(header[..<count])) }
        for place in header.indices {
            var forged = header
            forged[place] ^= 0xFF
            _ = MovieEdits.skipped(by: forged)
        }
    }
}
