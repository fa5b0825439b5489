import Codecs
import Foundation
import Testing
import Timing
import Wire

@testable import Muxer

/// Recordings cut into thousands of files that are closed one by one, and read by their own tables alone:
/// each begins with a key frame, and every sample is in one of them, once and at its time.
@Suite struct CutTests {
    /// Files of each recording; `make oracle` asks for ten thousand.
    static let count =
        ProcessInfo.processInfo.environment["ORACLE_CUTS"].flatMap(Int.init) ?? 1_000

    enum Cut: CaseIterable {
        case time, octets

        var limits: SegmentLimits {
            switch self {
            case .time: SegmentLimits(duration: .milliseconds(150))
            case .octets: SegmentLimits(byteCount: 1)
            }
        }

        /// Of two pictures, in a file: octets count once their part has been written.
        var groups: ClosedRange<Int> { self == .time ? 1...1 : 1...2 }
    }

    @Test(arguments: [Container.mp4, .webm], Cut.allCases)
    func `thousands of cuts move, lose and double no sample`(
        container: Container, cut: Cut
    ) throws {
        let groups = Self.count * cut.groups.upperBound
        let (samples, formats) = try Self.stream(container, groups: groups)
        let files = try SegmentPartsTests.files(samples, formats, container, cut.limits)
        try #require(files.count >= Self.count)
        var place = 0
        for (number, file) in files.enumerated() {
            let found = try Self.read(file, container)
            let own = samples[place..<min(place + found.count, samples.count)]
            place += found.count
            let pictures = own.count { $0.sample.track == 0 }
            try #require(cut.groups.contains(pictures / 2) && pictures % 2 == 0, "file \(number)")
            try #require(own.first?.sample.track == 0 && own.first?.sample.isKeyframe == true)
            for track in formats.indices {
                let fault = Self.fault(
                    found.filter { $0.track == track }, own.filter { $0.sample.track == track },
                    tolerance: container == .webm ? 500_001 : 25_000)
                try #require(fault == nil, "file \(number): \(fault ?? "")")
            }
        }
        #expect(place == samples.count)
    }

    private struct Found {
        var track: Int
        /// Nanoseconds, as it was handed in.
        var shown: Int64
        var isKeyframe: Bool
        var payload: [UInt8]
    }

    /// What is wrong with the samples found; `nil` where they are those that were written.
    private static func fault(
        _ found: [Found], _ written: [SourceSample], tolerance: Int64
    ) -> String? {
        guard found.count == written.count else { return "\(found.count) of \(written.count)" }
        for (one, source) in zip(found, written) {
            let strayed = one.shown - source.sample.presentationTime.nanoseconds
            guard one.payload == source.payload else { return "another sample" }
            guard abs(strayed) <= tolerance else { return "\(strayed) ns off" }
            guard one.isKeyframe == (source.sample.isKeyframe || one.track == 1) else {
                return "key frames"
            }
        }
        return nil
    }

    /// Pictures that come unevenly, every other one a key frame, and sound beside them.
    private static func stream(
        _ container: Container, groups: Int
    ) throws -> ([SourceSample], [TrackFormat]) {
        let isWebM = container == .webm
        let start = Interval.seconds(5_000)
        func soundTime(_ number: Int) -> Interval {
            start + .nanoseconds(isWebM ? number * 20_000_000 : number * 1_024_000_000 / 48)
        }
        var (samples, heard): ([SourceSample], Int) = ([], 0)
        for number in 0..<groups * 2 {
            let time = start + .nanoseconds(number * 100_000_000 + number * 7_919 % 13 * 1_000)
            while soundTime(heard) < time {
                samples.append(
                    SourceSample(
                        sample: Sample(track: 1, time: soundTime(heard)),
                        payload: [0xFC] + stamp(heard)))
                heard += 1
            }
            let isKeyframe = number % 2 == 0
            // Reordered as by an encoder with B-frames.
            let delay = Interval.milliseconds(isWebM ? 0 : isKeyframe ? 40 : 80)
            samples.append(
                SourceSample(
                    sample: Sample(
                        track: 0, presentationTime: time + delay, decodeTime: time,
                        isKeyframe: isKeyframe),
                    payload: picture(number, isKeyframe: isKeyframe, isWebM: isWebM)))
        }
        let formats: [TrackFormat] =
            isWebM ? [.vp8(nil), .opus(channelCount: 2)] : [SyntheticStream.h264, try aac()]
        return (samples, formats)
    }

    private static func picture(_ number: Int, isKeyframe: Bool, isWebM: Bool) -> [UInt8] {
        guard isWebM else { return [0, 0, 0, 9, isKeyframe ? 0x65 : 0x41] + stamp(number) }
        let head: [UInt8] =
            isKeyframe ? [0x10, 2, 0, 0x9D, 1, 0x2A, 0x40, 1, 0xB4, 0] : [0x11, 0, 0]
        return head + stamp(number)
    }

    private static func stamp(_ number: Int) -> [UInt8] {
        (0..<8).map { UInt8(truncatingIfNeeded: number >> (56 - 8 * $0)) }
    }

    /// The samples of a file when it has been closed, track by track in their order.
    private static func read(
        _ file: SegmentPartsTests.File, _ container: Container
    ) throws -> [Found] {
        let header = try IndexReader(file.index.span.bytes).header
        let origin = header.origin.nanoseconds
        guard container == .webm else {
            let movie = try #require(PlainMovie(try closed(file.bytes, index: file.index).bytes))
            return zip(movie.tracks, header.formats).flatMap { track, format in
                read(track, scale: format.movieTimescale, in: movie, origin: origin)
            }
        }
        let bytes = try WebMClosingTests.close(file.bytes, file.index)
        // Cues and a seek head stand beside the clusters now.
        let segment = try #require(WebMTests.Element.parse(bytes)?.last)
        return segment.children.filter { $0.id == ElementID.cluster.rawValue }
            .flatMap { WebMTests.blocks(in: $0) }.map { block in
                Found(
                    track: block.track - 1, shown: origin + Int64(block.milliseconds) * 1_000_000,
                    isKeyframe: block.isKeyframe, payload: block.payload)
            }
    }

    /// Where its edits put the samples of a track.
    private static func read(
        _ track: PlainMovie.Track, scale: Int64, in movie: PlainMovie, origin: Int64
    ) -> [Found] {
        func nanoseconds(_ ticks: Int, _ scale: Int64) -> Int64 {
            (Int64(ticks) * 1_000_000_000 + scale / 2) / scale
        }
        let wait = track.edits.filter { $0.mediaTime == -1 }.reduce(0) { $0 + $1.duration }
        let skipped = track.edits.last?.mediaTime ?? 0
        let start = origin + nanoseconds(wait, Int64(movie.timescale))
        return track.samples.map { sample in
            let ticks = sample.decodeTicks + sample.compositionOffset - skipped
            return Found(
                track: sample.track - 1, shown: start + nanoseconds(ticks, scale),
                isKeyframe: sample.isKeyframe, payload: sample.payload)
        }
    }
}
