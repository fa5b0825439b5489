import CAVFormat

/// A file opened by libavformat.
final class Demuxer {
    /// One packet, copied out.
    struct Packet {
        let stream: Int32
        /// When it is shown or heard, in ticks of its stream's; `nil` when the file does not say.
        let time: Int64?
        let duration: Int64
        let bytes: [UInt8]
    }

    private let context: UnsafeMutablePointer<AVFormatContext>
    private let packet: UnsafeMutablePointer<AVPacket>
    private let path: String
    private var counts: [Int32: Int32] = [:]  // whole packets read, by stream
    private var newest = 0.0  // seconds, of all that was read

    init(path: String) throws(ClipError) {
        var context: UnsafeMutablePointer<AVFormatContext>?
        var options: OpaquePointer?
        // What a file says may not make us open another one.
        av_dict_set(&options, "protocol_whitelist", "file", 0)
        av_dict_set(&options, "format_whitelist", Self.formats, 0)
        var code = avformat_open_input(&context, "file:" + path, nil, &options)
        av_dict_free(&options)
        if let opened = context, code >= 0 { code = avformat_find_stream_info(opened, nil) }
        var packet = av_packet_alloc()
        guard let opened = context, let ownPacket = packet, code >= 0 else {
            avformat_close_input(&context)
            av_packet_free(&packet)
            throw .unreadable(path: path, reason: Self.reason(code))
        }
        (self.context, self.packet, self.path) = (opened, ownPacket, path)
    }

    deinit {
        var (context, packet) = (Optional(context), Optional(packet))
        avformat_close_input(&context)
        av_packet_free(&packet)
    }

    private var tracks: [ClipTrack] {
        (0..<context.pointee.nb_streams).compactMap { index in
            context.pointee.streams[Int(index)].flatMap { ClipTrack($0) }
        }
    }

    /// The first picture that is H.264.
    var pictureTrack: ClipTrack? { tracks.first { $0.codec == .h264 } }

    /// The first sound that can be relayed.
    var soundTrack: ClipTrack? {
        tracks.first { [.aac, .opus, .pcmu, .pcma].contains($0.codec) }
    }

    /// What the streams hold, by the library's names.
    var streamNames: [String] { tracks.map(\.name) }

    /// Has only these read; the names of what is left out.
    func select(picture: ClipTrack, sound: ClipTrack?) -> [String] {
        var leftOut: [String] = []
        for track in tracks where track.index != picture.index && track.index != sound?.index {
            context.pointee.streams[Int(track.index)]?.pointee.discard = AVDISCARD_ALL
            leftOut.append(track.name)
        }
        return leftOut
    }

    /// The next whole packet; `nil` at the end of a whole file.
    func read() throws(ClipError) -> Packet? {
        while true {
            let code = av_read_frame(context, packet)
            if code == Self.tryAgain { continue }
            guard code >= 0 else {
                if code == Self.endOfFile, isWhole { return nil }
                throw .cutOff(path: path, milliseconds: Int(newest * 1000))
            }
            defer { av_packet_unref(packet) }
            if let found = take() { return found }
        }
    }

    /// The packet just read, unless it is not whole or is not to be shown.
    private func take() -> Packet? {
        let index = packet.pointee.stream_index
        guard packet.pointee.flags & AV_PKT_FLAG_CORRUPT == 0, packet.pointee.size > 0,
            let data = packet.pointee.data, let stream = context.pointee.streams[Int(index)]
        else { return nil }
        counts[index, default: 0] += 1
        let isDiscarded = packet.pointee.flags & AV_PKT_FLAG_DISCARD != 0
        let times = [packet.pointee.pts, packet.pointee.dts]
        let time = times.first { $0 != Self.noTime }
        if let time {
            let seconds = Double(time) * av_q2d(stream.pointee.time_base)
            newest = max(newest, min(seconds, Self.latest))
        }
        guard !isDiscarded else { return nil }
        return Packet(
            stream: index, time: time, duration: max(0, packet.pointee.duration),
            bytes: Array(UnsafeBufferPointer(start: data, count: Int(packet.pointee.size))))
    }

    /// Whether as many packets came as the file's own index says there are.
    private var isWhole: Bool {
        counts.allSatisfy { index, count in
            guard let stream = context.pointee.streams[Int(index)] else { return true }
            return count >= avformat_index_get_entries_count(stream)
        }
    }

    private static func reason(_ code: Int32) -> String {
        guard code != invalidArgument else {
            return "not MP4, Matroska, MPEG-TS, MPEG-PS, FLV or AVI"
        }
        var text = [CChar](repeating: 0, count: 128)
        guard av_strerror(code, &text, text.count) >= 0 else { return "error \(code)" }
        return String(
            decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self
        )
        .lowercased()
    }

    private static let latest = 1e12  // seconds, so that a damaged time can still be told
    private static let noTime = Int64.min  // AV_NOPTS_VALUE
    private static let tryAgain: Int32 = -11  // AVERROR(EAGAIN)
    private static let invalidArgument: Int32 = -22  // AVERROR(EINVAL): of no format below
    private static let endOfFile: Int32 = -0x2046_4F45  // AVERROR_EOF, "EOF "
    /// Containers that hold media and name no other files.
    private static let formats = "mov,mp4,matroska,webm,mpegts,mpeg,flv,avi"
}

/// One stream of a file, as far as it matters here.
struct ClipTrack {
    /// Codecs that are told apart.
    enum Codec { case h264, aac, opus, pcmu, pcma, other }

    let index: Int32
    let codec: Codec
    /// The codec's name in libavcodec.
    let name: String
    /// What the decoder must know first.
    let configuration: [UInt8]
    let sampleRate: Int
    let channelCount: Int
    private let timeBase: AVRational

    init?(_ stream: UnsafeMutablePointer<AVStream>) {
        guard let parameters = stream.pointee.codecpar?.pointee,
            stream.pointee.disposition & AV_DISPOSITION_ATTACHED_PIC == 0
        else { return nil }
        codec =
            switch parameters.codec_id {
            case AV_CODEC_ID_H264: .h264
            case AV_CODEC_ID_AAC: .aac
            case AV_CODEC_ID_OPUS: .opus
            case AV_CODEC_ID_PCM_MULAW: .pcmu
            case AV_CODEC_ID_PCM_ALAW: .pcma
            default: .other
            }
        index = stream.pointee.index
        name = String(cString: avcodec_get_name(parameters.codec_id))
        configuration =
            parameters.extradata.map {
                Array(UnsafeBufferPointer(start: $0, count: Int(parameters.extradata_size)))
            } ?? []
        sampleRate = Int(parameters.sample_rate)
        channelCount = Int(parameters.ch_layout.nb_channels)
        timeBase = stream.pointee.time_base
    }

    /// Ticks of the stream's as ticks of another clock.
    func rescale(_ ticks: Int64, to rate: Int64) -> Int64 {
        av_rescale_q(ticks, timeBase, AVRational(num: 1, den: Int32(rate)))
    }
}
