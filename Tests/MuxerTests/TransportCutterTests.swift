import Codecs
import Testing
import Timing

@testable import Muxer

/// Fragments cut out of a recorded transport stream, part by part.
@Suite struct TransportCutterTests {
    static let clips: [Clip] = {
        var late = Clip(name: "over the 33-bit wrap", audio: .opus(channelCount: 2), seconds: 6)
        late.start = .seconds(95_440)
        let aac = AudioSpecificConfig(sampleRate: 48_000, channelCount: 2).map(TrackFormat.aac)
        return [Clip(name: "AAC", audio: aac, seconds: 6), late, Clip(name: "mute", seconds: 6)]
    }()

    /// The recording's sound as numbers of 48 kHz, its pictures as those of 90 kHz.
    static func ticks(_ time: Interval, _ rate: Int64) -> Int {
        let nanoseconds = time.nanoseconds
        return Int((nanoseconds / 1000 * rate + 500_000) / 1_000_000)
    }

    static func cut(_ file: SegmentPartsTests.File, from index: Int, to end: Int) throws -> [UInt8]
    {
        let (header, parts, _) = try #require(IndexTests.read(file.index))
        let cutter = TransportCutter(header, origin: parts[0].start, head: file.bytes)
        let (first, last) = (Int(parts[index].offset), Int(parts[end - 1].end))
        return try cutter.fragments(
            of: TransportCutter.Range(
                octets: Array(file.bytes[first..<last]),
                before: Array(file.bytes[max(0, first - TransportCutter.lookbehind)..<first]),
                start: parts[index].start, end: parts[end - 1].start + parts[end - 1].duration))
    }

    @Test(arguments: clips)
    func `cut part by part, every frame comes once, at its time and with its octets`(
        clip: Clip
    ) throws {
        let source = clip.samples()
        let file = try SegmentPartsTests.record(source, clip.formats, .mpegts)
        let (header, parts, _) = try #require(IndexTests.read(file.index))
        let cutter = TransportCutter(header, origin: parts[0].start, head: file.bytes)
        var movie = try cutter.initialization()
        for index in parts.indices { movie += try Self.cut(file, from: index, to: index + 1) }
        let found = try #require(movieSamples(of: movie))
        for (track, format) in clip.formats.enumerated() {
            let wanted = source.filter { $0.sample.track == track }
            let cut = found.filter { $0.track == track + 1 }
            try #require(wanted.count == cut.count, "\(clip.name), track \(track)")
            for (sample, piece) in zip(wanted, cut) {
                let time = sample.sample.decodeTime - parts[0].start
                let ticks = Self.ticks(time, format.movieTimescale)
                #expect(abs(ticks - piece.decodeTicks) <= 2)
                if format.kind == .audio { #expect(piece.payload == sample.payload) }
                if format.kind == .video {
                    #expect(piece.payload.suffix(sample.payload.count) == sample.payload[...])
                }
            }
        }
    }

    @Test func `a whole segment holds what its parts do`() throws {
        let clip = Self.clips[0]
        let file = try SegmentPartsTests.record(clip.samples(), clip.formats, .mpegts)
        let (header, parts, _) = try #require(IndexTests.read(file.index))
        let next = try #require(parts.indices.dropFirst().first { parts[$0].isIndependent })
        let cutter = TransportCutter(header, origin: parts[0].start, head: file.bytes)
        let head = try cutter.initialization()
        let whole = try #require(
            movieSamples(of: head + (try Self.cut(file, from: 0, to: next))))
        var pieces: [FoundSample] = []
        for index in 0..<next {
            pieces += try #require(
                movieSamples(of: head + (try Self.cut(file, from: index, to: index + 1))))
        }
        let key = { (sample: FoundSample) in (sample.track, sample.decodeTicks) }
        #expect(
            whole.sorted { key($0) < key($1) }.map(\.payload)
                == pieces.sorted { key($0) < key($1) }.map(\.payload))
    }

    @Test func `times are moved back so that a cut begins at zero, and its first picture is found`()
        throws
    {
        let clip = Self.clips[0]
        let file = try SegmentPartsTests.record(clip.samples(), clip.formats, .mpegts)
        let (header, parts, _) = try #require(IndexTests.read(file.index))
        let later = try #require(parts.indices.dropFirst().first { parts[$0].isIndependent })
        var fragments = try Self.cut(file, from: later, to: later + 1)
        let timescales = header.formats.map(\.movieTimescale)
        FragmentWalk.shift(
            &fragments, timescales: timescales,
            by: (parts[later].start - parts[0].start).nanoseconds)
        let cutter = TransportCutter(header, origin: parts[0].start, head: file.bytes)
        let found = try #require(movieSamples(of: try cutter.initialization() + fragments))
        let picture = try #require(found.first { $0.track == 1 })
        #expect(picture.decodeTicks == 0 && picture.isKeyframe)
        #expect(
            FragmentWalk.firstSample(ofTrack: 1, in: fragments.span.bytes) == picture.payload)
    }

    @Test(arguments: [UInt8(0x80), 0x7F])
    func `a forged time is moved to some other, and no further`(
        octet: UInt8
    ) throws {
        let clip = Self.clips[0]
        let file = try SegmentPartsTests.record(clip.samples(), clip.formats, .mpegts)
        var fragments = try Self.cut(file, from: 0, to: 1)
        let box = try #require(fragments.firstRange(of: Array("tfdt".utf8)))
        fragments[box.upperBound + 4] = octet
        for nanoseconds in [Int64.max, 1_000_000_000, -1_000_000_000, .min] {
            FragmentWalk.shift(
                &fragments, timescales: [90_000, Int64(UInt32.max)], by: nanoseconds)
        }
        #expect(!fragments.isEmpty)
    }

    @Test func `formats have the names that players ask for`() throws {
        #expect(SyntheticStream.h264.codecName == "avc1.42c01f")
        #expect(Self.clips[0].audio?.codecName == "mp4a.40.2")
        #expect(TrackFormat.opus(channelCount: 2).codecName == "opus")
    }
}
