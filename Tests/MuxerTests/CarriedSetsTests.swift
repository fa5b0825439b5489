import Codecs
import Testing
import Timing
import Wire

@testable import Muxer

/// Where a movie has its pictures' parameter sets (ISO/IEC 14496-15 §5.3.1, §8.3.1).
@Suite struct CarriedSetsTests {
    typealias Stream = SyntheticStream
    static let otherPPS: [UInt8] = [0x68, 0xCE, 0x38, 0x80]

    /// A picture every 40 ms, those with sets key frames.
    static func pictures(_ sets: [[[UInt8]]?], framing: NALUnitFraming = Stream.lengths)
        -> [SourceSample]
    {
        var source = SyntheticStream(seed: 4)
        return sets.enumerated().map { number, sets in
            SourceSample(
                sample: Sample(
                    track: 0, time: .milliseconds(Int64(number) * 40), isKeyframe: sets != nil),
                payload: source.picture(
                    isKeyframe: sets != nil, byteCount: 200, framing: framing, sets: sets ?? []))
        }
    }

    /// What of pictures a movie holds whose entry has told these sets: a model of its own.
    static func carried(
        _ samples: [SourceSample], as format: TrackFormat = Stream.h264, entry: [[UInt8]]
    ) -> [SourceSample] {
        guard let kind = kind(of: format) else { return samples }
        var latest = entry
        var areInStream = false
        return samples.map { source in
            guard source.sample.track == 0 else { return source }
            var units: [[UInt8]] = []
            var walk = NALUnits(source.payload.span.bytes, framing: Stream.lengths)
            while let unit = walk.next() { units.append(unit.withUnsafeBytes { Array($0) }) }
            let sets = units.filter { kind($0) != nil }
            if sets.contains(where: { !entry.contains($0) }) { areInStream = true }
            for set in sets { latest = latest.filter { kind($0) != kind(set) } + [set] }
            latest.sort { kind($0) ?? 0 < kind($1) ?? 0 }
            let isTold = areInStream && (source.sample.isKeyframe || !sets.isEmpty)
            var carried = source
            carried.payload = (isTold ? latest + units.filter { kind($0) == nil } : units)
                .flatMap { Stream.framed($0, Stream.lengths) }
            return carried
        }
    }

    /// Which kind of parameter set a unit is, in the order they stand; `nil` for what is none.
    private static func kind(of format: TrackFormat) -> (([UInt8]) -> UInt8?)? {
        switch format {
        case .h264: { [7, 8].contains($0[0] & 0x1F) ? $0[0] & 0x1F : nil }
        case .h265: { (32...34).contains($0[0] >> 1 & 0x3F) ? $0[0] >> 1 & 0x3F : nil }
        case .vp8, .vp9, .av1, .aac, .opus, .mp3, .g711: nil
        }
    }

    /// The sets that a file of `SegmentWriter` tells.
    static func entry(of samples: [SourceSample], as format: TrackFormat) -> [[UInt8]] {
        let first = samples.first { $0.sample.track == 0 && $0.sample.isKeyframe }
        let payload = first?.payload ?? []
        switch format.learning(from: payload.span.bytes) {
        case .h264(let sets, _), .h265(let sets, _): return sets
        case .vp8, .vp9, .av1, .aac, .opus, .mp3, .g711: return []
        }
    }

    private static func name(in bytes: [UInt8]) -> String? {
        ["avc1", "avc3", "hvc1", "hev1"].first { bytes.firstRange(of: Array($0.utf8)) != nil }
    }

    @Test(arguments: [Stream.lengths, .lengths(octets: 2), .startCodes])
    func `sets stay where the source has them, whatever the entry has told`(framing: NALUnitFraming)
        throws
    {
        let told = [Stream.sps, Stream.pps]
        var samples = Self.pictures([told, nil, told, nil, [Stream.pps], nil])
        if framing != Stream.lengths {
            for index in samples.indices {
                samples[index].payload = Self.framed(samples[index].payload, framing)
            }
        }
        let format = TrackFormat.h264(parameterSets: told, framing: framing)
        let movie = try FragmentedMovieTests.write(samples, [format]).bytes
        let found = try #require(movieSamples(of: movie))
        let given = Self.pictures([told, nil, told, nil, [Stream.pps], nil])
        #expect(found.map(\.payload) == given.map(\.payload))
        #expect(Self.name(in: movie) == "avc1")
        #expect(Self.count(of: Stream.sps, in: movie) == 3)
    }

    @Test func `from others on they stand with the pictures, and before each key frame`() throws {
        let (told, other) = ([Stream.sps, Stream.pps], [Stream.sps, Self.otherPPS])
        let samples = Self.pictures([told, nil, told, other, nil, [], [Self.otherPPS], told, nil])
        let movie = try FragmentedMovieTests.write(samples, [Stream.h264]).bytes
        let found = try #require(movieSamples(of: movie)).map(\.payload)
        let expected = Self.carried(samples, entry: told).map(\.payload)
        #expect(found == expected)
        #expect(Self.count(of: Self.otherPPS, in: movie) == 3, "also where none came")
        #expect(Self.count(of: Stream.pps, in: movie) == 4, "in the entry, and where it came")
    }

    @Test func `an entry says so where the first part knows it, and that of a closed movie`()
        throws
    {
        let other = [Stream.sps, Self.otherPPS]
        let early = Self.pictures([other, nil])
        #expect(Self.name(in: try FragmentedMovieTests.write(early, [Stream.h264]).bytes) == "avc3")
        let late = Self.pictures([[], nil, nil, nil, nil, nil, other, nil])
        for (samples, name) in [(early, "avc1"), (late, "avc3")] {
            let file = try SegmentPartsTests.record(samples, [Stream.h264], .mp4)
            #expect(Self.name(in: file.bytes) == "avc1", "the first ones are told")
            #expect(
                file.parts.map(\.hasOtherSets) == (name == "avc1" ? [false] : [false, false, true]))
            let plain = try closed(file.bytes, index: file.index).bytes
            let moov = try #require(plain.ranges(of: Array("moov".utf8)).last)
            #expect(Self.name(in: Array(plain[moov.upperBound...])) == name)
            #expect(try #require(PlainMovie(plain)).tracks[0].samples.count == samples.count)
        }
    }

    @Test func `H.265's entry is complete as long as it is called hvc1`() throws {
        let sets = ChangedH265.sets
        let format = TrackFormat.h265(parameterSets: sets, framing: Stream.lengths)
        func movie(_ sets: [[UInt8]]) throws -> [UInt8] {
            let slice: [UInt8] = [0x26, 1, 2, 3, 4]
            let payload = (sets + [slice]).flatMap { Stream.framed($0, Stream.lengths) }
            let sample = SourceSample(sample: Sample(track: 0, time: .zero), payload: payload)
            return try FragmentedMovieTests.write([sample], [format]).bytes
        }
        let whole = try movie(sets)
        #expect(Self.name(in: whole) == "hvc1")
        let changed = try movie([sets[0], sets[1], sets[2] + [1]])
        #expect(Self.name(in: changed) == "hev1")
        for (bytes, mark) in [(whole, UInt8(0x80)), (changed, 0)] {
            let record = try #require(bytes.firstRange(of: Array("hvcC".utf8))).upperBound
            #expect(bytes[record + 23] == mark | 32)
        }
    }

    @Test func `a new set of the sequence alone stands between the others that are known`() throws {
        let known = ChangedH265.sets
        var other = known[1]
        other[other.count - 1] ^= 2
        let format = TrackFormat.h265(parameterSets: known, framing: Stream.lengths)
        let (delimiter, message): ([UInt8], [UInt8]) = ([0x46, 1, 0x50], [0x4E, 1, 5, 1, 7, 0x80])
        let slice: [UInt8] = [0x26, 1, 0xAF, 3, 4]
        let heads = [
            [delimiter, message], [delimiter, other, message], [other], [message, other],
            [delimiter, known[0], known[2], message],
        ]
        let whole = [
            [delimiter, message], [delimiter, known[0], other, known[2], message],
            [known[0], other, known[2]], [message, known[0], other, known[2]],
            [delimiter, known[0], other, known[2], message],
        ]
        let samples = heads.enumerated().map { number, head in
            SourceSample(
                sample: Sample(track: 0, time: .seconds(Int64(number)), isKeyframe: true),
                payload: (head + [slice]).flatMap { Stream.framed($0, Stream.lengths) })
        }
        let movie = try FragmentedMovieTests.write(samples, [format]).bytes
        let found = try #require(movieSamples(of: movie)).map(\.payload)
        #expect(
            found == whole.map { ($0 + [slice]).flatMap { Stream.framed($0, Stream.lengths) } })
    }

    @Test func `cuts of a transport stream have them before each key frame`() throws {
        let (told, other) = ([Stream.sps, Stream.pps], [Stream.sps, Self.otherPPS])
        let samples = Self.pictures([told, nil, told, nil, other, nil, told, nil])
        let file = try SegmentPartsTests.record(samples, [Stream.h264], .mpegts)
        #expect(file.parts.map(\.hasOtherSets) == [false, false, true, true])
        let (header, parts, _) = try #require(IndexTests.read(file.index))
        #expect(parts == file.parts)
        let cutter = TransportCutter(header, origin: parts[0].start, head: file.bytes)
        let found = try parts.map { part in
            let range = TransportCutter.Range(
                octets: Array(file.bytes[Int(part.offset)..<Int(part.end)]), start: part.start,
                end: part.start + part.duration, hasOtherSets: part.hasOtherSets)
            return Self.count(of: Stream.sps, in: try cutter.fragments(of: range))
        }
        #expect(found == [1, 1, 1, 1], "as the source had them")
    }

    private static func framed(_ payload: [UInt8], _ framing: NALUnitFraming) -> [UInt8] {
        var octets: [UInt8] = []
        var walk = NALUnits(payload.span.bytes, framing: Stream.lengths)
        while let unit = walk.next() {
            let unit = unit.withUnsafeBytes { Array($0) }
            let length = [UInt8(unit.count >> 8), UInt8(unit.count & 0xFF)]
            octets += framing == .startCodes ? [0, 0, 0, 1] + unit : length + unit
        }
        return octets
    }

    private static func count(of needle: [UInt8], in bytes: [UInt8]) -> Int {
        bytes.ranges(of: needle).count
    }
}

/// Sets as x265 makes them.
enum ChangedH265 {
    static let sets = [
        hexadecimal("40010c01ffff01600000030090000003000003001e959809"),
        hexadecimal(
            "42010101600000030090000003000003003ca00a080f16592a4932bc05a020000003002000000301e1"),
        hexadecimal("4401c172b46240"),
    ]
}
