import CFFmpeg
import Codecs

/// Decodes AAC, G.711 and linear sound with libavcodec, one frame at a time.
///
/// Owned by one thread. It holds back nothing: what a frame decodes to comes out with the frame.
public struct AudioDecoder: ~Copyable {
    private let context: UnsafeMutablePointer<AVCodecContext>
    private let packet: UnsafeMutablePointer<AVPacket>
    private let frame: UnsafeMutablePointer<AVFrame>
    private var input: [UInt8] = []

    /// A decoder of one stream.
    public init(_ format: AudioFormat) throws(AudioError) {
        guard (1...768_000).contains(format.sampleRate), (1...8).contains(format.channelCount)
        else {
            throw .unsupported(
                sampleRate: format.sampleRate, channelCount: format.channelCount)
        }
        let (id, name) = Self.codec(of: format)
        guard let codec = avcodec_find_decoder(id) else { throw .noDecoder(name) }
        var context = avcodec_alloc_context3(codec)
        var packet = av_packet_alloc()
        var frame = av_frame_alloc()
        var code = Self.outOfMemory
        if let context, packet != nil, frame != nil {
            code = Self.configure(context, format)
            if code >= 0 { code = avcodec_open2(context, codec, nil) }
        }
        guard code >= 0, let opened = context, let ownPacket = packet, let ownFrame = frame else {
            avcodec_free_context(&context)
            av_packet_free(&packet)
            av_frame_free(&frame)
            throw .refused(library: "libavcodec", code: code)
        }
        (self.context, self.packet, self.frame) = (opened, ownPacket, ownFrame)
    }

    deinit {
        var (context, packet, frame) = (Optional(context), Optional(packet), Optional(frame))
        avcodec_free_context(&context)
        av_packet_free(&packet)
        av_frame_free(&frame)
    }

    /// Decodes one frame and appends its sound to `sound`, whose rate and channels become those of
    /// the stream: a change of either replaces what was there.
    ///
    /// - Returns: Whether the frame was sound. A malformed one gives nothing.
    public mutating func decode(_ bytes: RawSpan, into sound: inout PCM) -> Bool {
        guard bytes.byteCount > 0, bytes.byteCount <= Self.frameLimit else { return false }
        input.removeAll(keepingCapacity: true)
        bytes.withUnsafeBytes { input.append(contentsOf: $0) }
        // libavcodec reads beyond the end, in whole words.
        input.append(contentsOf: repeatElement(0, count: Int(AV_INPUT_BUFFER_PADDING_SIZE)))
        let sent = input.withUnsafeMutableBufferPointer { buffer in
            packet.pointee.data = buffer.baseAddress
            packet.pointee.size = Int32(bytes.byteCount)
            defer { (packet.pointee.data, packet.pointee.size) = (nil, 0) }
            return avcodec_send_packet(context, packet)
        }
        guard sent >= 0 else { return false }
        var hasSound = false
        while avcodec_receive_frame(context, frame) >= 0 {
            hasSound = append(to: &sound) || hasSound
            av_frame_unref(frame)
        }
        return hasSound
    }

    /// Forgets what the next frame would have been decoded from.
    public mutating func reset() { avcodec_flush_buffers(context) }

    private func append(to sound: inout PCM) -> Bool {
        let count = Int(frame.pointee.nb_samples)
        let channels = Int(frame.pointee.ch_layout.nb_channels)
        let rate = Int(frame.pointee.sample_rate)
        guard count > 0, (1...8).contains(channels), (1...768_000).contains(rate) else {
            return false
        }
        if sound.channelCount != channels || sound.sampleRate != rate {
            sound = PCM(channelCount: channels, sampleRate: rate)
        }
        guard let planes = frame.pointee.extended_data else { return false }
        let start = sound.samples.count
        sound.samples.append(contentsOf: repeatElement(0, count: count * channels))
        return sound.samples.withUnsafeMutableBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return false }
            switch AVSampleFormat(frame.pointee.format) {
            case AV_SAMPLE_FMT_FLTP:
                return interleave(planes, count: count, channels: channels, into: base + start)
            case AV_SAMPLE_FMT_S16:
                return widen(planes[0], count: count * channels, into: base + start)
            default:
                return false
            }
        }
    }

    private func interleave(
        _ planes: UnsafeMutablePointer<UnsafeMutablePointer<UInt8>?>, count: Int, channels: Int,
        into out: UnsafeMutablePointer<Float>
    ) -> Bool {
        for channel in 0..<channels {
            guard let plane = planes[channel] else { return false }
            let samples = UnsafeRawPointer(plane).assumingMemoryBound(to: Float.self)
            var (index, place) = (0, channel)
            while index < count {
                out[place] = samples[index]
                index &+= 1
                place &+= channels
            }
        }
        return true
    }

    private func widen(
        _ plane: UnsafeMutablePointer<UInt8>?, count: Int, into out: UnsafeMutablePointer<Float>
    ) -> Bool {
        guard let plane else { return false }
        let samples = UnsafeRawPointer(plane).assumingMemoryBound(to: Int16.self)
        var index = 0
        while index < count {
            out[index] = Float(samples[index]) / 32_768
            index &+= 1
        }
        return true
    }

    private static func configure(
        _ context: UnsafeMutablePointer<AVCodecContext>, _ format: AudioFormat
    ) -> Int32 {
        context.pointee.thread_count = 1
        context.pointee.log_level_offset = quiet
        context.pointee.sample_rate = Int32(format.sampleRate)
        av_channel_layout_default(&context.pointee.ch_layout, Int32(format.channelCount))
        guard case .aac(let configuration) = format else { return 0 }
        let octets = configuration.bytes
        guard let memory = av_mallocz(octets.count + Int(AV_INPUT_BUFFER_PADDING_SIZE)) else {
            return outOfMemory
        }
        memory.copyMemory(from: octets, byteCount: octets.count)
        context.pointee.extradata = memory.assumingMemoryBound(to: UInt8.self)
        context.pointee.extradata_size = Int32(octets.count)
        return 0
    }

    private static func codec(of format: AudioFormat) -> (id: AVCodecID, name: String) {
        switch format {
        case .aac: (AV_CODEC_ID_AAC, "AAC")
        case .pcmu: (AV_CODEC_ID_PCM_MULAW, "PCMU")
        case .pcma: (AV_CODEC_ID_PCM_ALAW, "PCMA")
        case .linear16: (AV_CODEC_ID_PCM_S16BE, "L16")
        }
    }

    /// A stranger's frames must not fill the log: every message falls below any level.
    private static let quiet: Int32 = 1_000
    private static let outOfMemory: Int32 = -12  // AVERROR(ENOMEM)
    /// Far above an AAC frame of eight channels, and above a second of G.711 at 48 kHz.
    private static let frameLimit = 65_536
}
