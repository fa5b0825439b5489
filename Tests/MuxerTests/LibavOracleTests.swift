import Codecs
import Foundation
import Testing
import Timing
import Wire

@testable import Muxer

/// Seeded sequences of everything that happens to a recording – B-frames, gaps, wraps, changed
/// parameter sets, lone tracks – of every codec in each container that holds it: libavformat finds the
/// same samples at the same times. `make oracle` tries ten thousand, and has GStreamer read the same files.
@Suite struct LibavOracleTests {
    static let count =
        ProcessInfo.processInfo.environment["ORACLE_SEQUENCES"].flatMap(Int.init) ?? 80
    static let first = ProcessInfo.processInfo.environment["ORACLE_FIRST"].flatMap(Int.init) ?? 0

    @Test(arguments: Container.allCases)
    func `libavformat finds what was written`(container: Container) throws {
        let share = Container.allCases.count
        for seed in Self.first / share..<(Self.first + Self.count) / share {
            var source = SyntheticStream(seed: UInt64(seed) * 4 + 1_000)
            let (samples, formats) = try OtherCodecs.sequence(&source, in: container)
            let file = try SegmentPartsTests.record(samples, formats, container)
            var kept = Array(samples.drop { $0.sample.track != 0 || !$0.sample.isKeyframe })
            if container == .fmp4 || container == .mp4 {
                kept = CarriedSetsTests.carried(
                    kept, as: formats[0],
                    entry: CarriedSetsTests.entry(of: kept, as: formats[0]))
            }
            try OracleFolder.put(file, kept, formats, container, seed)
            switch container {
            case .mpegts:
                try compareStream(file.bytes, kept, formats, "seed \(seed)")
            case .fmp4:
                try compare(file.bytes, "mov", kept, formats, "seed \(seed)")
            case .mp4:
                try compare(file.bytes, "mov", kept, formats, "seed \(seed), growing")
                let plain = try closed(file.bytes, index: file.index).bytes
                try compare(plain, "mov", kept, formats, "seed \(seed), closed")
            case .webm:
                try compare(file.bytes, "matroska", kept, formats, "seed \(seed)")
            }
        }
    }

    /// VP8 with gaps, and Opus or none.
    static func pictures(_ source: inout SyntheticStream) -> ([SourceSample], [TrackFormat]) {
        let seed = UInt64(source.next(below: 1 << 20)) + 1
        var (samples, formats) = WebMTests.clip(seconds: 3, seed: seed)
        if source.next(below: 4) == 0 {
            samples.removeAll { $0.sample.track == 1 }
            formats.removeLast()
        }
        let start = Interval.seconds(Int64(source.next(below: 200_000)) - 50_000)
        let gap = Interval.milliseconds(5_000_000 + Int64(source.next(below: 3_000)))
        let length = Interval.milliseconds(Int64(source.next(below: 900)))
        samples.removeAll { $0.sample.decodeTime >= gap && $0.sample.decodeTime < gap + length }
        for index in samples.indices {
            samples[index].sample.decodeTime = samples[index].sample.decodeTime + start
            samples[index].sample.presentationTime = samples[index].sample.decodeTime
        }
        return (samples, formats)
    }

    private func compare(
        _ bytes: [UInt8], _ format: String, _ samples: [SourceSample], _ formats: [TrackFormat],
        _ place: String
    ) throws {
        let found = try LibavDemuxer(bytes, format: format)
        let firsts = formats.indices.compactMap { track in
            samples.first { $0.sample.track == track }
        }
        let origin = try #require(firsts.map(\.sample.presentationTime).min())
        for track in formats.indices {
            let ours = samples.filter { $0.sample.track == track }
            let theirs = found.packets.filter { $0.stream == track }
            try #require(ours.count == theirs.count, "\(place), track \(track)")
            // Frames of sound stand where the one before them ends, if that is a millisecond off.
            let isSound = formats[track].kind == .audio
            let tolerance = isSound ? found.rates[track] / 1_000 + 1 : 1
            var strays = 0
            for (sample, packet) in zip(ours, theirs) {
                let shown = (sample.sample.presentationTime - origin).seconds
                let decoded = (sample.sample.decodeTime - origin).seconds
                let isSame =
                    abs(Double(packet.presentation) - shown * found.rates[track]) <= tolerance
                    && (format == "matroska"
                        || abs(Double(packet.decode) - decoded * found.rates[track]) <= tolerance)
                    && packet.isKeyframe == sample.sample.isKeyframe
                    && packet.payload == sample.payload
                if !isSame { strays += 1 }
            }
            #expect(strays == 0, "\(place), track \(track)")
        }
    }

    /// A transport stream: each picture a packet, sound as the packets have it.
    private func compareStream(
        _ bytes: [UInt8], _ samples: [SourceSample], _ formats: [TrackFormat], _ place: String
    ) throws {
        let found = try LibavDemuxer(bytes, format: "mpegts")
        let lead = TransportStreamConfiguration().decoderLead
        func stamp(_ time: Interval) -> UInt64 { TransportTime.wrapped((time + lead).ticks90) }
        let pictures = samples.filter { $0.sample.track == 0 }
        let slices = found.packets.filter { $0.stream == 0 }
        try #require(pictures.count == slices.count, "\(place)")
        var strays = 0
        for (picture, packet) in zip(pictures, slices) {
            let isSame =
                TransportTime.wrapped(packet.presentation)
                == stamp(picture.sample.presentationTime)
                && TransportTime.wrapped(packet.decode) == stamp(picture.sample.decodeTime)
                && NALUnitsEnd.slice(of: packet.payload, .startCodes)
                    == NALUnitsEnd.slice(of: picture.payload, SyntheticStream.lengths)
            if !isSame { strays += 1 }
        }
        #expect(strays == 0, "\(place)")
        var (octets, starts) = ([UInt8](), [(offset: Int, stamp: UInt64)]())
        for frame in samples where frame.sample.track == 1 {
            starts.append((octets.count, stamp(frame.sample.presentationTime)))
            octets += Self.framed(frame.payload, formats[1])
        }
        var offset = 0
        for packet in found.packets where packet.stream == 1 {
            let end = offset + packet.payload.count
            guard end <= octets.count else { break }
            #expect(packet.payload == Array(octets[offset..<end]), "\(place)")
            if let first = starts.first(where: { $0.offset >= offset && $0.offset < end }) {
                // Frames that run on count from the first one's time, to a millisecond.
                let stray = Int64(first.stamp) - Int64(TransportTime.wrapped(packet.presentation))
                #expect(abs(stray) <= 90, "\(place)")
            }
            offset = end
        }
        #expect(offset == octets.count, "\(place)")
    }

    /// A frame with what a transport stream puts before it.
    static func framed(_ payload: [UInt8], _ format: TrackFormat) -> [UInt8] {
        if case .mp3 = format { return payload }
        var writer = ByteWriter()
        if case .aac(let configuration) = format {
            ADTSHeader(configuration, payloadByteCount: payload.count)?.write(to: &writer)
        } else {
            writer.write(UInt16(0x7FE0))
            writer.write(repeating: 0xFF, count: payload.count / 255)
            writer.write(UInt8(payload.count % 255))
        }
        return writer.bytes + payload
    }
}
