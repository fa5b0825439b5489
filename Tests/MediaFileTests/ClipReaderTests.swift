import Codecs
import Foundation
import MediaFile
import Muxer
import Testing
import Timing
import Wire

/// Files that our own muxer wrote, and files that are none.
@Suite struct ClipReaderTests {
    private static let sets: [[UInt8]] = [
        [
            0x67, 0x42, 0xC0, 0x1F, 0xD9, 0x00, 0x50, 0x05, 0xBB, 0x01, 0x10, 0x00, 0x00, 0x03,
            0x00,
            0x10, 0x00, 0x00, 0x03, 0x03, 0xC0, 0xF1, 0x83, 0x24, 0x80,
        ], [0x68, 0xCE, 0x3C, 0x80],
    ]

    private static func framed(_ unit: [UInt8]) -> [UInt8] {
        withUnsafeBytes(of: UInt32(unit.count).bigEndian) { Array($0) } + unit
    }

    /// A second of pictures, a key frame first, and of Opus, as fragmented MP4 at a path of its own.
    private static func movie() throws -> String {
        var writer = try FragmentedMovieWriter([
            .h264(parameterSets: sets, framing: .lengths(octets: 4)), .opus(channelCount: 2),
        ])
        var output = ByteWriter()
        var samples: [(Sample, [UInt8])] = []
        for index in 0..<30 {
            let slice: [UInt8] = [index == 0 ? 0x65 : 0x41, 0x9A, UInt8(index + 1)]
            samples.append(
                (
                    Sample(
                        track: 0, time: Interval(nanoseconds: Int64(index) * 1_000_000_000 / 30),
                        isKeyframe: index == 0),
                    framed(slice + [UInt8](repeating: 0x55, count: 200))
                ))
        }
        for index in 0..<50 {
            samples.append(
                (
                    Sample(track: 1, time: .milliseconds(Int64(index) * 20)),
                    [0xFC, UInt8(index + 1)] + [UInt8](repeating: 3, count: 60)
                ))
        }
        samples.sort { $0.0.decodeTime < $1.0.decodeTime }
        for (sample, payload) in samples {
            _ = try writer.write(sample, payload: payload.span.bytes, into: &output)
        }
        _ = writer.flush(into: &output)
        return try write(output.bytes)
    }

    private static func write(_ bytes: [UInt8]) throws -> String {
        let path = NSTemporaryDirectory() + "sluice-\(UUID().uuidString).mp4"
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        return path
    }

    @Test func `gives back what is in a file, in order of time`() throws {
        ClipReader.silenceLibrary()
        let path = try Self.movie()
        defer { try? FileManager.default.removeItem(atPath: path) }
        var reader = try ClipReader(path: path)
        #expect(reader.format.sound == .opus(channelCount: 2))
        #expect(reader.format.parameterSets.units == Self.sets)
        var samples: [ClipSample] = []
        while let sample = try reader.next() { samples.append(sample) }
        let pictures = samples.filter { $0.kind == .picture }
        #expect(pictures.map(\.timestamp) == (0..<30).map { $0 * 3000 })
        #expect(pictures.map { $0.bytes[6] } == (1...30).map { $0 })
        #expect(pictures.map(\.isKeyframe) == (0..<30).map { $0 == 0 })
        let sound = samples.filter { $0.kind == .sound }
        #expect(sound.map(\.timestamp) == (0..<50).map { $0 * 960 })
        #expect(sound.map { $0.bytes[1] } == (1...50).map { $0 })
    }

    @Test func `goes round without a jump, as often as it is asked`() throws {
        ClipReader.silenceLibrary()
        let path = try Self.movie()
        defer { try? FileManager.default.removeItem(atPath: path) }
        var reader = try ClipReader(path: path, isLooped: true)
        var (pictures, sound): ([ClipSample], [ClipSample]) = ([], [])
        while pictures.count < 100, let sample = try reader.next() {
            if sample.kind == .picture { pictures.append(sample) } else { sound.append(sample) }
        }
        #expect(pictures.map(\.timestamp) == (0..<100).map { $0 * 3000 })
        #expect(pictures.map { $0.bytes[6] } == (0..<100).map { UInt8($0 % 30 + 1) })
        #expect(sound.map(\.timestamp) == (0..<sound.count).map { Int64($0) * 960 })
    }

    /// A fragment's pictures, or its sound, say that they lie there, in ticks.
    @Test(arguments: [Int64(1) << 62, 1 << 60, 1 << 50, 1 << 43, -1], [2, 3])
    func `a time that is damaged costs what it dates, and holds up nothing`(
        time: Int64, place: Int
    ) throws {
        ClipReader.silenceLibrary()
        let path = try Self.movie()
        defer { try? FileManager.default.removeItem(atPath: path) }
        var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
        let boxes = bytes.indices.filter { bytes[$0...].starts(with: Array("tfdt".utf8)) }
        #expect(boxes.count > 4 && bytes[boxes[place] + 4] == 1, "of 64 bits")
        withUnsafeBytes(of: time.bigEndian) {
            bytes.replaceSubrange(boxes[place] + 8..<boxes[place] + 16, with: $0)
        }
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        var reader = try ClipReader(path: path, isLooped: true)
        var (pictures, sound): ([Int64], [Int64]) = ([], [])
        while pictures.count < 200, let sample = try reader.next() {
            if sample.kind == .picture {
                pictures.append(sample.timestamp)
            } else {
                sound.append(sample.timestamp)
            }
        }
        for (times, rate, count) in [(pictures, Int64(90_000), 200), (sound, 48_000, 150)] {
            let steps = zip(times, times.dropFirst()).map { $1 - $0 }
            #expect(times.count >= count && steps.allSatisfy { (1...rate).contains($0) })
        }
    }

    @Test func `says in one line what is wrong with a file`() throws {
        ClipReader.silenceLibrary()
        let path = try Self.write(Array("no media".utf8))
        defer { try? FileManager.default.removeItem(atPath: path) }
        for (name, reason) in [
            (path, "invalid data found when processing input"),
            ("/nowhere.mp4", "no such file or directory"), ("/tmp", "is a directory"),
        ] {
            do throws(ClipError) {
                _ = try ClipReader(path: name)
                Issue.record("\(name) was opened")
            } catch {
                #expect(error.description == "cannot read \(name): \(reason)")
            }
        }
    }

    @Test func `every cut of a file ends it, or says that it is cut`() throws {
        ClipReader.silenceLibrary()
        let whole = try Self.movie()
        let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: whole)))
        try FileManager.default.removeItem(atPath: whole)
        for count in stride(from: 1, to: bytes.count, by: 97) {
            let path = try Self.write(Array(bytes[..<count]))
            defer { try? FileManager.default.removeItem(atPath: path) }
            do throws(ClipError) {
                var reader = try ClipReader(path: path)
                var pictures = 0
                while let sample = try reader.next() { pictures += sample.kind == .picture ? 1 : 0 }
                #expect(pictures < 30 || count > bytes.count - 400)
            } catch {
                #expect(!error.description.isEmpty)
            }
        }
    }
}
