import CFFmpeg

/// Brings sound to 48 kHz and one or two channels with libswresample, stretching it where asked.
///
/// The first sample out stands at the same instant as the first sample in; about a millisecond is
/// held back until more comes or `drain` is called.
public struct Resampler: ~Copyable {
    /// The rate of what comes in.
    public let sampleRate: Int
    /// The channels of what comes in.
    public let channelCount: Int

    private let context: OpaquePointer
    private let outputChannelCount: Int

    /// - Parameters:
    ///   - sampleRate: Of what comes in.
    ///   - channelCount: Of what comes in.
    ///   - outputChannelCount: One or two.
    public init(
        sampleRate: Int, channelCount: Int, outputChannelCount: Int
    ) throws(AudioError) {
        guard (1...768_000).contains(sampleRate), (1...8).contains(channelCount),
            (1...2).contains(outputChannelCount)
        else { throw .unsupported(sampleRate: sampleRate, channelCount: channelCount) }
        var (input, output) = (AVChannelLayout(), AVChannelLayout())
        av_channel_layout_default(&input, Int32(channelCount))
        av_channel_layout_default(&output, Int32(outputChannelCount))
        var context: OpaquePointer?
        var code = swr_alloc_set_opts2(
            &context, &output, AV_SAMPLE_FMT_FLT, Int32(Self.outputRate), &input,
            AV_SAMPLE_FMT_FLT, Int32(sampleRate), 0, nil)
        if let context, code >= 0 {
            // Even from 48 kHz: a resampler that starts only when it must stretch would click.
            av_opt_set_int(UnsafeMutableRawPointer(context), "flags", Int64(SWR_FLAG_RESAMPLE), 0)
            code = swr_init(context)
        }
        guard let opened = context, code >= 0 else {
            swr_free(&context)
            throw .refused(library: "libswresample", code: code)
        }
        self.context = opened
        (self.sampleRate, self.channelCount) = (sampleRate, channelCount)
        self.outputChannelCount = outputChannelCount
    }

    deinit {
        var context = Optional(context)
        swr_free(&context)
    }

    /// Converts interleaved `samples` and appends what comes out to `out`, interleaved.
    public mutating func convert(_ samples: [Float], into out: inout [Float]) {
        let count = samples.count / channelCount
        guard count > 0 else { return }
        samples.withUnsafeBytes { buffer in
            var input = buffer.baseAddress?.assumingMemoryBound(to: UInt8.self)
            withUnsafeMutablePointer(to: &input) { pass($0, Int32(count), into: &out) }
        }
    }

    /// Appends what is held back. Nothing may be converted after it.
    public mutating func drain(into out: inout [Float]) { pass(nil, 0, into: &out) }

    /// Makes `delta` samples more, or fewer, of the next `count` that come out.
    public mutating func stretch(by delta: Int, over count: Int) {
        swr_set_compensation(context, Int32(delta), Int32(count))
    }

    private func pass(
        _ input: UnsafeMutablePointer<UnsafePointer<UInt8>?>?, _ count: Int32,
        into out: inout [Float]
    ) {
        let room = Int(max(0, swr_get_out_samples(context, count)))
        guard room > 0 else { return }
        let start = out.count
        out.append(contentsOf: repeatElement(0, count: room * outputChannelCount))
        let made = out.withUnsafeMutableBytes { buffer in
            var output = buffer.baseAddress.map {
                ($0 + start * MemoryLayout<Float>.size).assumingMemoryBound(to: UInt8.self)
            }
            return swr_convert(context, &output, Int32(room), input, count)
        }
        out.removeLast((room - Int(max(0, made))) * outputChannelCount)
    }

    /// The rate of what comes out.
    public static let outputRate = 48_000
}
