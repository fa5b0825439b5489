import Testing
import Timing
import Wire

@testable import Muxer

/// What a crash leaves: any beginning of the stream holds all that was complete in it.
@Suite struct TransportPrefixTests {
    @Test func `whatever has been written out is there, picture by picture`() throws {
        let clip = Clip(videoBitrate: 400_000, audio: try aac(), seconds: 2)
        let samples = clip.samples()
        let (bytes, ends, _) = try mux(samples, clip.formats)
        var demuxer = TransportStreamDemuxer()
        var (taken, pictures, heard, handed) = (0, 0, 0, [Int]())
        for (sample, end) in zip(samples, ends) {
            #expect(end % 188 == 0)
            demuxer.receive(Array(bytes[taken..<end]).span.bytes)
            taken = end
            for unit in demuxer.takeUnits() {
                if unit.pid == 0x100 { pictures -= 1 } else { heard += unit.payload.count }
            }
            if sample.sample.track == 0 {
                pictures += 1
            } else {
                handed.append(sample.payload.count + 7)
            }
            #expect(pictures == 0, "each picture is whole as soon as it was handed in")
            #expect(heard >= handed.dropLast(10).reduce(0, +), "at most 200 ms of audio wait")
        }
    }

    @Test func `a cut at any octet loses no more than the unit it falls into`() throws {
        let clip = Clip(videoBitrate: 200_000, audio: .opus(channelCount: 2), seconds: 1)
        let bytes = try mux(clip.samples(), clip.formats).bytes
        let whole = demux(bytes)
        var count = 0
        for length in stride(from: 0, to: bytes.count, by: 211) {
            let cut = Array(bytes[..<length])
            var demuxer = TransportStreamDemuxer()
            demuxer.receive(cut.span.bytes)
            let units = demuxer.takeUnits()
            #expect(units.count >= count)
            count = units.count
            #expect(units == Array(whole[..<count]))
            let checker = check(cut)
            let faults = checker.findings.filter {
                $0.indicator != .association && $0.indicator != .map
            }
            #expect(faults.isEmpty)
        }
        #expect(count > whole.count - 4)
    }

    @Test func `audio of no span is written frame by frame`() throws {
        var configuration = TransportStreamConfiguration()
        configuration.audioSpan = .zero
        let clip = Clip(audio: .opus(channelCount: 2), seconds: 1)
        let samples = clip.samples()
        let (bytes, ends, _) = try mux(samples, clip.formats, configuration)
        for index in stride(from: 0, to: samples.count, by: 9) {
            #expect(demux(Array(bytes[..<ends[index]])).count == index + 1)
        }
        #expect(check(bytes).count() == 0)
    }
}
