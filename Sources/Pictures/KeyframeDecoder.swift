import CPictures
import Codecs

/// What a key frame is coded with.
public enum PictureCodec: Hashable, Sendable {
    /// Access units with start codes.
    case h264
    /// Access units with start codes.
    case h265
    /// A frame.
    case vp8
    /// A frame or superframe.
    case vp9
    /// A temporal unit with its sequence header.
    case av1

    var id: AVCodecID {
        switch self {
        case .h264: AV_CODEC_ID_H264
        case .h265: AV_CODEC_ID_HEVC
        case .vp8: AV_CODEC_ID_VP8
        case .vp9: AV_CODEC_ID_VP9
        case .av1: AV_CODEC_ID_AV1
        }
    }
}

/// Makes a picture of one key frame, parameter sets before it where the codec has them.
///
/// It takes as long as decoding one frame does, some milliseconds: not for a thread that carries
/// media.
///
/// - Throws: `PictureError` when there is no picture in it.
public func decodeKeyframe(_ octets: [UInt8], _ codec: PictureCodec) throws(PictureError) -> Picture
{
    let library = try loadedLibrary()
    guard let decoder = library.find_decoder(codec.id) else { throw .noCodec("\(codec)") }
    var context = library.alloc_context(decoder)
    var packet = library.packet_alloc()
    var frame = library.frame_alloc()
    defer {
        library.free_context(&context)
        library.packet_free(&packet)
        library.frame_free(&frame)
    }
    guard let context, let packet, let frame else { throw .refused(code: 0) }
    context.pointee.thread_count = 1
    let code = library.open(context, decoder, nil)
    guard code >= 0 else { throw .refused(code: code) }
    // libavcodec reads beyond the end, in whole words.
    var input = octets + [UInt8](repeating: 0, count: Int(AV_INPUT_BUFFER_PADDING_SIZE))
    let sent = input.withUnsafeMutableBufferPointer { buffer in
        packet.pointee.data = buffer.baseAddress
        packet.pointee.size = Int32(clamping: octets.count)
        defer { (packet.pointee.data, packet.pointee.size) = (nil, 0) }
        return library.send_packet(context, packet)
    }
    guard sent >= 0, library.send_packet(context, nil) >= 0,
        library.receive_frame(context, frame) >= 0
    else { throw .undecodable }
    return try Picture(frame)
}

/// libavcodec, loaded by the first who asks.
func loadedLibrary() throws(PictureError) -> cpictures_library {
    guard let library = cpictures_library() else { throw .noLibrary }
    return library.pointee
}
