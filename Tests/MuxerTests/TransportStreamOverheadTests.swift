import Muxer
import Testing

/// What the container costs over the elementary streams, which for AAC means ADTS and for Opus the
/// control headers. The figures are exact for a seed.
@Suite struct TransportStreamOverheadTests {
    struct Case: CustomTestStringConvertible {
        let clip: Clip
        let limit: Double
        var testDescription: String { clip.name }
    }

    static func cases() throws -> [Case] {
        [
            Case(
                clip: Clip(
                    name: "15 fps, 0.5 Mbit/s with AAC", framesPerSecond: 15,
                    videoBitrate: 468_000, audio: try aac(), audioBitrate: 32_000, seconds: 12),
                limit: 0.067),
            Case(
                clip: Clip(
                    name: "30 fps, 2 Mbit/s with AAC", videoBitrate: 1_936_000, audio: try aac(),
                    seconds: 8),
                limit: 0.041),
            Case(
                clip: Clip(
                    name: "30 fps, 2 Mbit/s with Opus", videoBitrate: 1_974_000,
                    audio: .opus(channelCount: 2), audioBitrate: 26_000, seconds: 8),
                limit: 0.041),
            Case(
                clip: Clip(
                    name: "25 fps, 4 Mbit/s with AAC", framesPerSecond: 25,
                    videoBitrate: 3_936_000, audio: try aac(), seconds: 8),
                limit: 0.031),
        ]
    }

    @Test(arguments: try cases()) func `stays below its bound, and breaks no rule`(
        example: Case
    ) throws {
        let samples = example.clip.samples()
        let (bytes, _, statistics) = try mux(samples, example.clip.formats)
        let frames = samples.count { $0.sample.track == 1 }
        let framing = example.clip.audio == .opus(channelCount: 2) ? 3 : 7
        let elementary = statistics.sampleByteCount + frames * framing
        let overhead = Double(bytes.count) / Double(elementary) - 1
        #expect(overhead <= example.limit)
        #expect(bytes.count == statistics.writtenByteCount)
        let checker = check(bytes)
        #expect(checker.count() == 0, "\(checker.findings)")
    }
}
