import Audio
import CFFmpeg
import COpus
import Codecs

/// Sound to encode: one number for each instant.
enum Tone {
    /// A sine of `frequency`.
    static func sine(_ frequency: Double, rate: Int, count: Int) -> [Float] {
        (0..<count).map { Float(0.5 * sine(2 * .pi * frequency * Double($0) / Double(rate))) }
    }

    /// A tone that rises from 300 to 3 000 Hz: it resembles itself at no other shift.
    static func chirp(rate: Int, count: Int) -> [Float] {
        let length = Double(count) / Double(rate)
        return (0..<count).map { index in
            let time = Double(index) / Double(rate)
            let phase = 2 * Double.pi * (300 * time + 2_700 * time * time / (2 * length))
            return Float(0.5 * sine(phase))
        }
    }

    /// Without Foundation: reduced to a quarter circle, Taylor's series to the ninth power.
    private static func sine(_ angle: Double) -> Double {
        var x = angle.remainder(dividingBy: 2 * .pi)
        if x > .pi / 2 { x = .pi - x }
        if x < -.pi / 2 { x = -.pi - x }
        let square = x * x
        let inner = 1 - square / 20 * (1 - square / 42 * (1 - square / 72 * (1 - square / 110)))
        return x * (1 - square / 6 * inner)
    }

    /// How much of `samples` is `frequency`, 0...1 (Goertzel).
    static func share(of frequency: Double, in samples: ArraySlice<Float>, rate: Int) -> Double {
        let angle = 2 * .pi * frequency / Double(rate)
        let turn = 2 * sine(angle + .pi / 2)
        var (last, before, energy) = (0.0, 0.0, 0.0)
        for sample in samples {
            let value = Double(sample) + turn * last - before
            (before, last) = (last, value)
            energy += Double(sample) * Double(sample)
        }
        let power = last * last + before * before - turn * last * before
        return energy > 0 ? power / (energy * Double(samples.count) / 2) : 0
    }
}

/// AAC frames of a sound, made with libavcodec.
struct AACSource {
    let configuration: AudioSpecificConfig
    /// Frame k holds the sound from sample 1024 · (k - 1) on.
    var frames: [[UInt8]] = []

    init?(_ samples: [Float], rate: Int, channelCount: Int) {
        guard let codec = avcodec_find_encoder(AV_CODEC_ID_AAC) else { return nil }
        var context = avcodec_alloc_context3(codec)
        var packet = av_packet_alloc()
        var frame = av_frame_alloc()
        defer {
            avcodec_free_context(&context)
            av_packet_free(&packet)
            av_frame_free(&frame)
        }
        guard let context, let packet, let frame else { return nil }
        context.pointee.sample_fmt = AV_SAMPLE_FMT_FLTP
        context.pointee.sample_rate = Int32(rate)
        context.pointee.bit_rate = 128_000
        context.pointee.flags |= AV_CODEC_FLAG_GLOBAL_HEADER
        av_channel_layout_default(&context.pointee.ch_layout, Int32(channelCount))
        guard avcodec_open2(context, codec, nil) >= 0, let header = context.pointee.extradata
        else { return nil }
        let octets = Array(
            UnsafeBufferPointer(start: header, count: Int(context.pointee.extradata_size)))
        guard let configuration = try? AudioSpecificConfig(parsing: octets.span.bytes) else {
            return nil
        }
        self.configuration = configuration
        for start in stride(from: 0, to: samples.count - 1_023, by: 1_024) {
            frame.pointee.nb_samples = 1_024
            frame.pointee.format = AV_SAMPLE_FMT_FLTP.rawValue
            av_channel_layout_copy(&frame.pointee.ch_layout, &context.pointee.ch_layout)
            frame.pointee.pts = Int64(start)
            guard av_frame_get_buffer(frame, 0) >= 0 else { return nil }
            for channel in 0..<channelCount {
                guard let plane = frame.pointee.extended_data[channel] else { return nil }
                let floats = UnsafeMutableRawPointer(plane).assumingMemoryBound(to: Float.self)
                for index in 0..<1_024 { floats[index] = samples[start + index] }
            }
            guard avcodec_send_frame(context, frame) >= 0 else { return nil }
            av_frame_unref(frame)
            collect(context, packet)
        }
        avcodec_send_frame(context, nil)
        collect(context, packet)
    }

    private mutating func collect(
        _ context: UnsafeMutablePointer<AVCodecContext>, _ packet: UnsafeMutablePointer<AVPacket>
    ) {
        while avcodec_receive_packet(context, packet) >= 0 {
            frames.append(
                Array(
                    UnsafeBufferPointer(
                        start: packet.pointee.data, count: Int(packet.pointee.size))))
            av_packet_unref(packet)
        }
    }
}

/// What a listener hears: the first channel of decoded packets, at 48 kHz.
func listen(to packets: [OpusPacket]) -> [Float] {
    var code: Int32 = 0
    guard let decoder = opus_decoder_create(48_000, 1, &code) else { return [] }
    defer { opus_decoder_destroy(decoder) }
    var heard: [Float] = []
    var frame = [Float](repeating: 0, count: 5_760)
    for packet in packets {
        let count = opus_decode_float(
            decoder, packet.bytes, Int32(packet.bytes.count), &frame, 5_760, 0)
        heard.append(contentsOf: frame.prefix(Int(max(0, count))))
    }
    return heard
}

/// The packets that a transcoder has ready.
func drain(_ transcoder: inout OpusTranscoder) -> [OpusPacket] {
    var packets: [OpusPacket] = []
    while let packet = transcoder.next() { packets.append(packet) }
    return packets
}
